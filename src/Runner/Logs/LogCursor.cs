using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Logs;

/// <summary>Where a reader of an execution's logs is: behind that line of that page. As text <c>PAGE.LINE</c>.</summary>
internal readonly record struct LogCursor(Id<LogPage>? Page, long Line)
{
    public static bool TryParse(string text, out LogCursor cursor)
    {
        cursor = default;
        if (text.Split('.') is not [var page, var line] || !Id<LogPage>.TryParse(page, null, out var id) || !long.TryParse(line, out var number))
            return false;
        cursor = new(id, number);
        return true;
    }

    public override string ToString() => $"{Page}.{Line}";
}

using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Logs;

/// <summary>One line of a step's log.</summary>
/// <param name="Number">From 1; it never changes.</param>
/// <param name="Bytes">The exact bytes without the newline; not always UTF-8.</param>
public readonly record struct LogLine(long Number, DateTimeOffset At, LogStream Stream, LogLineFlags Flags, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>In its stream, a newline follows these bytes.</summary>
    public bool HasNewline => (Flags & (LogLineFlags.Continues | LogLineFlags.NoNewline)) == 0;
}

/// <summary>What is special about a line, as stored in a page.</summary>
[Flags]
public enum LogLineFlags
{
    None = 0,

    /// <summary>Cut at the limit of a line or of the log.</summary>
    Cut = 1,

    /// <summary>The next line of the same stream continues this one.</summary>
    Continues = 2,

    /// <summary>The stream ended, or the log reached its limit, without a newline.</summary>
    NoNewline = 4,
}

public static class LogPageLines
{
    /// <summary>The page's lines; their bytes point into the page.</summary>
    public static IEnumerable<LogLine> ReadLines(this LogPage page)
    {
        var rest = page.Raw is { } raw ? raw : page.Text.Bytes;
        for (var i = 0; i < page.LineCount; i++)
        {
            // Only the last line of a page has no line feed behind it.
            var end = i == page.LineCount - 1 ? rest.Length : rest.Span.IndexOf((byte)'\n');
            yield return new LogLine(
                page.FirstLine + i,
                page.Timestamp.AddMilliseconds(page.Lines[3 * i]),
                (LogStream)page.Lines[3 * i + 1],
                (LogLineFlags)page.Lines[3 * i + 2],
                rest[..end]);
            rest = end < rest.Length ? rest[(end + 1)..] : default;
        }
    }
}

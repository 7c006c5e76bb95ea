using System.Text;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>Puts the text of a build, which comes in pieces, together to lines.</summary>
internal sealed class BuildLines(Func<string, ValueTask> onLine)
{
    /// <summary>A line may be endless; it is cut here.</summary>
    private const int LongestLine = 16 * 1024;

    private readonly StringBuilder _line = new();

    public async ValueTask AddAsync(EngineProgress progress)
    {
        if (progress.Status is { } status && progress.Detail?.Total is null)
            await onLine(progress.Id is { } layer ? $"{layer}: {status}" : status);
        foreach (var c in progress.Text ?? "")
        {
            if (c == '\n' || _line.Length == LongestLine)
                await FlushAsync();
            if (c is not ('\n' or '\r'))
                _line.Append(c);
        }
    }

    public async ValueTask FlushAsync()
    {
        if (_line.Length == 0)
            return;
        var line = _line.ToString();
        _line.Clear();
        await onLine(line);
    }
}

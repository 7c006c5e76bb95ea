using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Twinrunner.Registry.Images;

/// <summary>
/// Passes a build's lines on, keeps them in a temporary file where others can follow them, and remembers what a failure has to
/// say: the instruction and the last lines.
/// </summary>
internal sealed partial class BuildLog(IBuildProgress inner) : IBuildProgress, IAsyncDisposable
{
    private const int MaxBytes = 16 << 20;
    private const int LastLines = 5;
    private const int MaxQuoted = 200;

    // Unbuffered: what is counted as written is there for whoever follows.
    private readonly FileStream _file = new(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, 0, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
    private readonly Queue<string> _last = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private long _lines;
    private bool _ended;
    private string? _instruction;
    private bool _full;

    public async ValueTask LineAsync(string line, CancellationToken cancellationToken)
    {
        if (Step().Match(line) is { Success: true } step)
        {
            _instruction = step.Groups["instruction"].Value.Trim();
            _last.Clear();
        }
        else if (line.Trim() is { Length: > 0 } text && !Engine().IsMatch(text))
        {
            _last.Enqueue(text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "…");
            if (_last.Count > LastLines)
                _last.Dequeue();
        }
        await KeepAsync(line, cancellationToken);
        await inner.LineAsync(line, cancellationToken);
    }

    /// <summary>What failed, with the instruction and the last that it printed.</summary>
    public string Explain(string message)
    {
        var at = _instruction is null ? "" : $" at '{Shorten(_instruction)}'";
        var last = _last.Where(line => line != message).ToList();
        return $"The image can't be built: it failed{at}: {message.TrimEnd('.')}." + (last.Count > 0 ? $" Its last lines: {string.Join(" | ", last)}" : "");
    }

    /// <summary>Hands over all that was written.</summary>
    public async Task StoreAsync(Func<FileStream, Task> store)
    {
        _file.Position = 0;
        await store(_file);
    }

    /// <summary>Begins to read: lines so far, then those to come until the build is over. Null: it is over.</summary>
    public IAsyncEnumerable<BuildLine>? Follow(long after, CancellationToken cancellationToken)
    {
        lock (_gate)
            return _ended ? null : FollowAsync(new StreamReader(new FileStream(_file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete)), after, cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _ended = true;
            _changed.SetResult();
        }
        return _file.DisposeAsync();
    }

    private async IAsyncEnumerable<BuildLine> FollowAsync(StreamReader reader, long after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (reader)
        {
            for (var number = 1L; ;)
            {
                long lines;
                bool ended;
                Task changed;
                lock (_gate)
                    (lines, ended, changed) = (_lines, _ended, _changed.Task);
                // Only lines that are counted are whole.
                for (; number <= lines && await reader.ReadLineAsync(cancellationToken) is { } line; number++)
                {
                    if (number > after)
                        yield return new(number, line);
                }
                if (ended)
                    yield break;
                await changed.WaitAsync(cancellationToken);
            }
        }
    }

    private async Task KeepAsync(string line, CancellationToken cancellationToken)
    {
        if (_full)
            return;
        _full = _file.Length + line.Length > MaxBytes;
        var kept = _full ? $"(The log is cut off here, after {MaxBytes >> 20} MiB.)" : line.ReplaceLineEndings(" ");
        await _file.WriteAsync(Encoding.UTF8.GetBytes(kept + "\n"), cancellationToken);
        lock (_gate)
        {
            _lines++;
            _changed.SetResult();
            _changed = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string Shorten(string text) => text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "…";

    /// <summary>What the engine says between a command's own lines.</summary>
    [GeneratedRegex("^(---> |Removing intermediate container )")]
    private static partial Regex Engine();

    [GeneratedRegex(@"^(Step \d+/\d+ :|#\d+ \[[^\]]*\])(?<instruction>.+)$")]
    private static partial Regex Step();
}

/// <param name="Number">From 1.</param>
public sealed record BuildLine(long Number, string Text);

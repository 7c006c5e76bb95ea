using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>Passes a build's lines on, keeps them in a temporary file, and remembers what a failure has to say: the instruction and the last lines.</summary>
internal sealed partial class BuildLog : IBuildProgress, IAsyncDisposable
{
    private const int MaxBytes = 16 << 20;
    private const int LastLines = 5;
    private const int MaxQuoted = 200;

    private readonly FileStream _file = new(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
    private readonly IBuildProgress _inner;
    private readonly Queue<string> _last = new();
    private string? _instruction;
    private bool _full;

    public BuildLog(IBuildProgress inner) => _inner = inner;

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
        await _inner.LineAsync(line, cancellationToken);
    }

    /// <summary>What failed, with the instruction and the last that it printed.</summary>
    public string Explain(string message)
    {
        var at = _instruction is null ? "" : $" at '{Shorten(_instruction)}'";
        var last = _last.Where(line => line != message).ToList();
        return $"The image can't be built: it failed{at}: {message.TrimEnd('.')}." + (last.Count > 0 ? $" Its last lines: {string.Join(" | ", last)}" : "");
    }

    public async Task StoreAsync(BuildLogs logs, ComponentVersion version, CancellationToken cancellationToken)
    {
        await _file.FlushAsync(cancellationToken);
        _file.Position = 0;
        await logs.StoreAsync(version, _file, cancellationToken);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private async Task KeepAsync(string line, CancellationToken cancellationToken)
    {
        if (_full)
            return;
        _full = _file.Length + line.Length > MaxBytes;
        await _file.WriteAsync(Encoding.UTF8.GetBytes((_full ? $"(The log is cut off here, after {MaxBytes >> 20} MiB.)" : line) + "\n"), cancellationToken);
    }

    private static string Shorten(string text) => text.Length <= MaxQuoted ? text : text[..MaxQuoted] + "…";

    /// <summary>What the engine says between a command's own lines.</summary>
    [GeneratedRegex("^(---> |Removing intermediate container )")]
    private static partial Regex Engine();

    [GeneratedRegex(@"^(Step \d+/\d+ :|#\d+ \[[^\]]*\])(?<instruction>.+)$")]
    private static partial Regex Step();
}

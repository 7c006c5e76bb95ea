using System.Diagnostics.CodeAnalysis;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Processes;

/// <summary>
/// The files of one attempt, which are all that a later server needs to take it over: <c>execution</c> (to which it belongs),
/// <c>started</c> (a folder: who makes it may start the command), <c>pid</c> (the supervisor's line of /proc), <c>stdout</c>,
/// <c>stderr</c>, <c>stopping</c> (we killed it), <c>exit</c> (the exit code, written at once).
/// </summary>
internal sealed class AttemptFolder(string root, StepKey key)
{
    public StepKey Key { get; } = key;
    public string Path { get; } = System.IO.Path.Combine(root, key.Name);
    public string Work => At("work");
    public string Stdout => At("stdout");
    public string Stderr => At("stderr");
    public bool Exists => File.Exists(At("execution"));
    public bool WasStarted => Directory.Exists(At("started"));
    public bool WasKilledByUs => File.Exists(At("stopping"));

    public void Create(Id<Execution> execution)
    {
        Directory.CreateDirectory(Path, (UnixFileMode)0b111_000_000);
        Directory.CreateDirectory(Work);
        File.WriteAllText(At("execution"), execution.ToString());
    }

    /// <summary>Null: the supervisor has not come so far.</summary>
    public ProcessIdentity? FindSupervisor() => TryRead(At("pid"), out var line) ? ProcessIdentity.Parse(line) : null;

    public DateTimeOffset StartedAt => new(File.GetLastWriteTimeUtc(At("pid")), TimeSpan.Zero);

    /// <summary>Null: it has not ended by itself.</summary>
    public (int Code, DateTimeOffset At)? FindExit() =>
        TryRead(At("exit"), out var text) && int.TryParse(text, out var code)
            ? (code, new(File.GetLastWriteTimeUtc(At("exit")), TimeSpan.Zero))
            : null;

    public void MarkKilled() => File.WriteAllText(At("stopping"), "");

    /// <summary>Null: it is not one of ours.</summary>
    public OwnedStep? Describe() =>
        TryRead(At("execution"), out var text) && Id<Execution>.TryParse(text, null, out var execution)
            ? new(Key, execution, FindExit() is null && FindSupervisor()?.IsAlive() == true)
            : null;

    public void Delete()
    {
        if (!Directory.Exists(Path))
            return;
        // A command may have left folders that even their owner can't list.
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = 0 };
        var waiting = new Stack<DirectoryInfo>([new(Path)]);
        while (waiting.TryPop(out var folder))
        {
            folder.UnixFileMode |= UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            foreach (var inner in folder.EnumerateDirectories("*", options))
            {
                if (inner.LinkTarget is null)
                    waiting.Push(inner);
            }
        }
        Directory.Delete(Path, recursive: true);
    }

    public static IEnumerable<AttemptFolder> List(string root)
    {
        if (!Directory.Exists(root))
            yield break;
        foreach (var path in Directory.EnumerateDirectories(root, "twin-*"))
        {
            var parts = System.IO.Path.GetFileName(path).Split('-');
            if (parts.Length == 3 && Id<Step>.TryParse(parts[1], null, out var step) && int.TryParse(parts[2], out var attempt))
                yield return new(root, new(step, attempt));
        }
    }

    private string At(string name) => System.IO.Path.Combine(Path, name);

    private static bool TryRead(string path, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = File.ReadAllText(path).Trim();
            return text.Length > 0;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            text = null;
            return false;
        }
    }
}

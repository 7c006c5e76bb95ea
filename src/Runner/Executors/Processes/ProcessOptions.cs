namespace Twinrunner.Runner.Executors.Processes;

/// <summary>How steps run as plain processes. They run as the server's user and can do whatever it can: only for commands that the operator trusts.</summary>
public sealed record ProcessOptions
{
    /// <summary>Holds a folder for each attempt: its work folder, log and exit code. Must outlive the server, and belong to one installation.</summary>
    public required string Folder { get; init; }

    /// <summary>Variables of the server that steps get; everything else of its environment stays hidden from them.</summary>
    public IReadOnlyList<string> PassedVariables { get; init; } = ["PATH", "LANG", "LC_ALL", "TZ", "TERM"];

    /// <summary>How long a supervisor may take to start a command.</summary>
    public TimeSpan StartLimit { get; init; } = TimeSpan.FromSeconds(20);
}

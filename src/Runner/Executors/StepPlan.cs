using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors;

/// <summary>All that an executor needs to launch one attempt: expressions evaluated, secrets read, folders made.</summary>
public sealed record StepPlan
{
    public required StepKey Key { get; init; }
    public required Id<Execution> Execution { get; init; }

    /// <summary>The step's name: its host name on the execution's network.</summary>
    public required string StepName { get; init; }

    /// <summary>Name of the component that it runs; null for others.</summary>
    public string? Component { get; init; }

    /// <summary>Null for a process.</summary>
    public string? Image { get; init; }

    /// <summary><c>sha256:…</c>; what is launched must have this id or digest.</summary>
    public string? ImageDigest { get; init; }

    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Passed as values, never through a shell. Secrets are among them.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public string? User { get; init; }
    public string? WorkingDirectory { get; init; }
    public bool ReadOnlyRoot { get; init; }
    public ResourceSpec Resources { get; init; } = new();
    public IReadOnlyList<PortSpec> Ports { get; init; } = [];
    public StepNetwork Network { get; init; }
    public ProbeSpec? ReadyProbe { get; init; }
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Folders of this node; null where the executor uses none.</summary>
    public StepFolders? Folders { get; init; }

    /// <summary>There is something to place in its input folder.</summary>
    public bool HasInputs { get; init; }

    /// <summary>Copy the work directory (<see cref="StepFolders.WorkdirTarget"/>) to <see cref="StepFolders.Snapshot"/> when the attempt has ended.</summary>
    public bool Snapshot { get; init; }

    /// <summary>Labels of the workflow file, beside the executor's own.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

public enum StepNetwork
{
    /// <summary>The engine's default network.</summary>
    Default,

    /// <summary>The execution's own network, where steps reach each other by name.</summary>
    Execution,

    None,
}

/// <summary>Absolute paths on this node. ODTP's contract fixes where they appear inside.</summary>
public sealed record StepFolders(string Input, string Output, string Logs, string Snapshot)
{
    public const string InputTarget = "/odtp/odtp-input";
    public const string OutputTarget = "/odtp/odtp-output";
    public const string LogsTarget = "/odtp/odtp-logs";
    public const string WorkdirTarget = "/odtp/odtp-workdir";
}

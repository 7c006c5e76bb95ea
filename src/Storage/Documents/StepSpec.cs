using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>Everything needed to launch a step again, resolved: nothing in it depends on a tag or a file that may move.</summary>
public sealed record StepSpec
{
    public required StepKind Kind { get; init; }

    /// <summary>The step's name in the workflow file, without a matrix index.</summary>
    public required string Source { get; init; }

    /// <summary>The values of this item of the matrix.</summary>
    public IReadOnlyDictionary<string, string>? Matrix { get; init; }

    public ComponentPin? Component { get; init; }

    /// <summary>Reference of the image; null for a process.</summary>
    public string? Image { get; init; }

    /// <summary><c>sha256:…</c> of the image, where it could be resolved.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>Replaces the image's entrypoint; null keeps it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Replaces the image's command; null keeps it. May hold run-time expressions.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Text of a script to run with <see cref="Entrypoint"/> (default <c>/bin/sh</c>).</summary>
    public string? Script { get; init; }

    /// <summary>Environment beside the parameters. May hold run-time expressions.</summary>
    public IReadOnlyDictionary<string, string> Environment { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Environment name → name of the stored secret.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get => field ??= new Dictionary<string, string>(); init; }

    public IReadOnlyList<InputSpec> Inputs { get => field ?? []; init; }

    /// <summary>Patterns of files that must be in the outputs when the step succeeds.</summary>
    public IReadOnlyList<string> RequiredOutputs { get => field ?? []; init; }

    public IReadOnlyList<PortSpec> Ports { get => field ?? []; init; }
    public ResourceSpec Resources { get => field ??= new(); init; }
    public TimeoutSpec Timeouts { get => field ??= new(); init; }
    public RetrySpec Retry { get => field ??= new(); init; }

    /// <summary>Condition over the steps needed; null: all of them succeeded.</summary>
    public string? When { get; init; }

    /// <summary>Serves until it is stopped: its dependents start when it is ready, and it stops when the last of them has ended. An interactive step without dependents runs until somebody stops it.</summary>
    public bool Background { get; init; }

    public ProbeSpec? ReadyProbe { get; init; }

    /// <summary>Whether an earlier step with the same key may stand in for this one.</summary>
    public bool Cache { get; init; }

    /// <summary>Keep a snapshot of the work directory.</summary>
    public bool Snapshot { get; init; }

    /// <summary><c>none</c> cuts the network off; <c>default</c> gives the engine's, or the execution's own where steps talk to each other.</summary>
    public string Network { get => field ?? "default"; init; }

    public string? User { get; init; }
    public string? WorkingDirectory { get; init; }
    public bool ReadOnlyRoot { get; init; }

    /// <summary>Time between asking a step to stop and killing it.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>What a node must have (<c>key: value</c>), and with a leading <c>!</c> must not have.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get => field ??= new Dictionary<string, string>(); init; }

    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<StepKind>))]
public enum StepKind { Component, Container, Script, Process }

/// <summary>The version of a component that a step is pinned to.</summary>
public sealed record ComponentPin(Id<Component> Component, Id<ComponentVersion> Version, string Name, string VersionName, string Commit);

/// <summary>Files that a step takes. <see cref="From"/> are steps of the same execution.</summary>
/// <param name="Include">Globs over the paths of the outputs; empty: all files.</param>
/// <param name="To">Folder below the input folder, or empty.</param>
/// <param name="Raw">Inline text, written as the file <paramref name="To"/>.</param>
public sealed record InputSpec(
    IReadOnlyList<Id<Step>> From,
    IReadOnlyList<string> Include,
    IReadOnlyList<string> Exclude,
    string To,
    string? Raw = null);

/// <param name="Container">Port inside.</param>
/// <param name="Host">Port of the node; null: any free one.</param>
public sealed record PortSpec(int Container, int? Host, string? Name = null, string Protocol = "tcp");

/// <param name="Cpu">Cores; null: no limit.</param>
/// <param name="Memory">Bytes; null: no limit.</param>
/// <param name="Pids">Processes and threads; null: the executor's default.</param>
/// <param name="Gpu">Devices; -1: all.</param>
/// <param name="MemoryGrowth">Factor on memory for each attempt after one that ended <see cref="FailureReason.OutOfMemory"/>.</param>
public sealed record ResourceSpec(double? Cpu = null, long? Memory = null, int? Pids = null, int Gpu = 0, double MemoryGrowth = 1);

/// <summary>Time limits of one attempt; null: none.</summary>
public sealed record TimeoutSpec(TimeSpan? Queued = null, TimeSpan? Preparing = null, TimeSpan? Running = null);

/// <param name="Limit">Further attempts for the user's own failures (exit code, time-out, memory, missing output).</param>
/// <param name="ExitCodes">Only these exit codes are tried again; empty: all.</param>
/// <param name="Reasons">Only these reasons are tried again; empty: all of the user's own.</param>
/// <param name="Jitter">Share of the backoff that is random, 0 to 1.</param>
/// <param name="Infrastructure">Further attempts for failures that are not the step's.</param>
public sealed record RetrySpec(
    int Limit = 0,
    TimeSpan? Backoff = null,
    double Factor = 2,
    TimeSpan? MaxBackoff = null,
    double Jitter = 0.1,
    IReadOnlyList<int>? ExitCodes = null,
    IReadOnlyList<FailureReason>? Reasons = null,
    int Infrastructure = 3);

/// <summary>How to see that a background step is ready: exactly one of the probes is set.</summary>
/// <param name="TcpPort">A connection to the port is accepted.</param>
/// <param name="Http">Path on <paramref name="HttpPort"/> that answers below 400.</param>
/// <param name="LogLine">Regular expression that a line of the log matches.</param>
/// <param name="Exec">Command in the container that exits 0.</param>
public sealed record ProbeSpec(int? TcpPort = null, int? HttpPort = null, string? Http = null, string? LogLine = null, IReadOnlyList<string>? Exec = null, TimeSpan? Interval = null);

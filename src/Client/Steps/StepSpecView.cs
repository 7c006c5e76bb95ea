using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>Everything needed to launch a step, resolved.</summary>
public sealed record StepSpecView
{
    public required StepKind Kind { get; init; }

    /// <summary>The step's name in the workflow file, without a matrix index.</summary>
    public required string Source { get; init; }

    /// <summary>The values of this item of the matrix.</summary>
    public IReadOnlyDictionary<string, string>? Matrix { get; init; }

    public ComponentPinView? Component { get; init; }
    public string? Image { get; init; }
    public string? ImageDigest { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Command { get; init; }
    public string? Script { get; init; }

    /// <summary>Environment beside the parameters.</summary>
    public IReadOnlyDictionary<string, string> Environment { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Environment name → name of the stored secret; never a value.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get => field ??= new Dictionary<string, string>(); init; }

    public IReadOnlyList<InputView> Inputs { get => field ??= []; init; }

    /// <summary>Patterns of files that it must leave.</summary>
    public IReadOnlyList<string> RequiredOutputs { get => field ??= []; init; }

    public IReadOnlyList<PortView> Ports { get => field ??= []; init; }
    public required ResourcesView Resources { get; init; }
    public required TimeoutsView Timeouts { get; init; }
    public required RetryView Retry { get; init; }
    public string? When { get; init; }

    /// <summary>Serves until it is stopped.</summary>
    public bool Background { get; init; }

    public bool Cache { get; init; }
    public bool Snapshot { get; init; }
    public string Network { get => field ?? "default"; init; }
    public string? User { get; init; }
    public string? WorkingDirectory { get; init; }
    public bool ReadOnlyRoot { get; init; }

    /// <summary>Time between asking it to stop and killing it.</summary>
    public double GraceSeconds { get; init; }

    public IReadOnlyDictionary<string, string> NodeLabels { get => field ??= new Dictionary<string, string>(); init; }
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<StepKind>))]
public enum StepKind { Component, Container, Script, Process }

/// <summary>The version of a component that a step is pinned to.</summary>
public sealed record ComponentPinView(string ComponentId, string VersionId, string Name, string Version, string Commit);

/// <param name="From">Ids of steps of the same execution.</param>
/// <param name="Include">Globs; empty: all files.</param>
/// <param name="To">Folder below the input folder, or empty.</param>
/// <param name="Raw">Inline text, written as the file <paramref name="To"/>.</param>
public sealed record InputView(IReadOnlyList<string> From, IReadOnlyList<string> Include, IReadOnlyList<string> Exclude, string To, string? Raw = null);

/// <param name="Host">Port of the node; left out: any free one.</param>
public sealed record PortView(int Container, int? Host = null, string? Name = null, string Protocol = "tcp");

/// <param name="Cpu">Cores.</param>
/// <param name="Memory">Bytes.</param>
/// <param name="Gpu">Devices; -1: all.</param>
/// <param name="MemoryGrowth">Factor on memory for each attempt after one that ran out of it.</param>
public sealed record ResourcesView(double? Cpu = null, long? Memory = null, int? Pids = null, int Gpu = 0, double MemoryGrowth = 1);

/// <summary>Time limits of one attempt; left out: none.</summary>
public sealed record TimeoutsView(double? QueuedSeconds = null, double? PreparingSeconds = null, double? RunningSeconds = null);

/// <param name="Limit">Further attempts for the step's own failures.</param>
/// <param name="Infrastructure">Further attempts for failures that are not the step's.</param>
public sealed record RetryView(
    int Limit,
    int Infrastructure,
    double? BackoffSeconds = null,
    double Factor = 2,
    double? MaxBackoffSeconds = null,
    double Jitter = 0,
    IReadOnlyList<int>? ExitCodes = null,
    IReadOnlyList<FailureReason>? Reasons = null);

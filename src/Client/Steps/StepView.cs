using System.Text.Json;

namespace Twinrunner.Client;

/// <summary>A step of an execution and where it stands.</summary>
public sealed record StepView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string ExecutionId { get; init; }
    public required string ExecutionHref { get; init; }

    /// <summary>Unique in its execution; a step of a matrix carries its index: <c>simulate[3]</c>.</summary>
    public required string Name { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary><c>ephemeral</c> or <c>interactive</c>.</summary>
    public required string Type { get; init; }

    /// <summary>The try that runs or ran last, from 1; 0: none yet.</summary>
    public int Attempt { get; init; }

    /// <summary>Ended tries, oldest first.</summary>
    public IReadOnlyList<StepAttemptView> Attempts { get => field ??= []; init; }

    /// <summary>Ids of the steps that must end before it starts.</summary>
    public IReadOnlyList<string> DependsOn { get => field ??= []; init; }

    /// <summary>Ids of those that it still waits for.</summary>
    public IReadOnlyList<string> WaitingFor { get => field ??= []; init; }

    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary>What is launched.</summary>
    public required StepSpecView Spec { get; init; }

    /// <summary>Where the published ports are; null: on the loopback interface of its node.</summary>
    public string? ServiceHost { get; init; }

    /// <summary>Published port by container port, while it runs.</summary>
    public IReadOnlyDictionary<string, int> PublishedPorts { get => field ??= new Dictionary<string, int>(); init; }

    /// <summary>Where it is reached, by container port: from outside of its cluster where that is open, else on the machine or in the cluster that runs it.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get => field ??= new Dictionary<string, string>(); init; }

    public FailureReason? Reason { get; init; }

    /// <summary>The failure in one sentence.</summary>
    public string? Message { get; init; }

    public int? ExitCode { get; init; }

    /// <summary>0 to 1, as the component last said.</summary>
    public double? Progress { get; init; }

    /// <summary>What it waits for or does right now, for people.</summary>
    public string? Activity { get; init; }

    /// <summary>Id of the node that drives it now.</summary>
    public string? NodeId { get; init; }

    /// <summary>Id of the step whose outputs stand in for it, when it is <see cref="StepStatus.Cached"/>.</summary>
    public string? CachedFrom { get; init; }

    /// <summary>Values that it set for later steps.</summary>
    public IReadOnlyDictionary<string, string> OutputValues { get => field ??= new Dictionary<string, string>(); init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>A retry starts no earlier.</summary>
    public DateTimeOffset? AvailableAt { get; init; }

    public DateTimeOffset? PreparingAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? CollectingAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>Its log, live and for ever.</summary>
    public required string LogsHref { get; init; }

    public required string OutputsHref { get; init; }
}

/// <summary>What became of one try.</summary>
public sealed record StepAttemptView(
    int Attempt,
    StepStatus Status,
    FailureReason? Reason = null,
    int? ExitCode = null,
    string? Message = null,
    string? Node = null,
    DateTimeOffset? StartedAt = null,
    DateTimeOffset? EndedAt = null);

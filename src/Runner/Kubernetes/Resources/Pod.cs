using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>v1 Pod, as far as it is read.</summary>
internal sealed record Pod : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public PodSpec? Spec { get; init; }
    public PodStatus? Status { get; init; }
}

internal sealed record PodStatus
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }

    /// <summary><c>Evicted</c>, <c>NodeLost</c>, <c>Preempting</c> …</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }

    [JsonPropertyName("podIP")]
    public string? PodIp { get; init; }

    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; }
    public IReadOnlyList<ContainerStatus> InitContainerStatuses { get => field ?? []; init; }
    public IReadOnlyList<ContainerStatus> ContainerStatuses { get => field ?? []; init; }
}

internal sealed record ContainerStatus
{
    public string Name { get => field ?? ""; init; }
    public bool Ready { get; init; }

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; init; }

    [JsonPropertyName("imageID")]
    public string? ImageId { get; init; }

    public ContainerState State { get => field ?? new(); init; }
}

/// <summary>At most one of them is set.</summary>
internal sealed record ContainerState
{
    public WaitingState? Waiting { get; init; }
    public RunningState? Running { get; init; }
    public TerminatedState? Terminated { get; init; }
}

internal sealed record WaitingState(string? Reason, string? Message);

internal sealed record RunningState(DateTimeOffset? StartedAt);

internal sealed record TerminatedState
{
    public int ExitCode { get; init; }

    /// <summary><c>Completed</c>, <c>Error</c>, <c>OOMKilled</c>, <c>StartError</c>, <c>ContainerCannotRun</c> …</summary>
    public string? Reason { get; init; }

    public string? Message { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
}

namespace Twinrunner.Client;

/// <summary>One change, in the order in which it happened.</summary>
public sealed record EventView
{
    /// <summary>The cursor of the feed.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, dotted: <c>execution.created</c>, <c>step.running</c>, …</summary>
    public required string Type { get; init; }

    public string? ExecutionId { get; init; }
    public string? ExecutionHref { get; init; }
    public string? StepId { get; init; }
    public string? StepHref { get; init; }
    public string? StepName { get; init; }
    public int? Attempt { get; init; }

    /// <summary>The new status of the step or the execution, where the change is one of status.</summary>
    public string? Status { get; init; }

    public FailureReason? Reason { get; init; }
    public string? Message { get; init; }
}

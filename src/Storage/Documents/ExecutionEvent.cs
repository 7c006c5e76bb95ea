using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>One change, kept for ever in the order in which it happened (collection <c>events</c>). Its id is the cursor of the feed.</summary>
public sealed record ExecutionEvent : Document<ExecutionEvent>
{
    public required DateTimeOffset At { get; init; }

    /// <summary>What happened, dotted: <c>execution.created</c>, <c>step.running</c>, <c>step.output</c>, <c>component.version</c>, <c>node.state</c>.</summary>
    public required string Type { get; init; }

    public Id<Execution>? ExecutionRef { get; init; }
    public Id<Step>? StepRef { get; init; }
    public string? StepName { get; init; }
    public int? Attempt { get; init; }

    /// <summary>The new status, where the change is one of status.</summary>
    public string? Status { get; init; }

    public FailureReason? Reason { get; init; }
    public string? Message { get; init; }
}

using System.Text.Json;

namespace Twinrunner.Client;

/// <summary>An execution as lists show it.</summary>
public record ExecutionSummary
{
    /// <summary>24 hexadecimal digits; later executions have greater ids.</summary>
    public required string Id { get; init; }

    public required string Href { get; init; }
    public required string Title { get; init; }
    public required ExecutionStatus Status { get; init; }

    /// <summary>Why it failed or was cancelled, for people.</summary>
    public string? Message { get; init; }

    /// <summary>Id of the digital twin that it belongs to.</summary>
    public string? DigitalTwinId { get; init; }

    /// <summary>How many steps it has.</summary>
    public required int StepCount { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Id of the execution that this one repeats.</summary>
    public string? RerunOf { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
}

/// <summary>An execution with all that it was made from.</summary>
public sealed record ExecutionView : ExecutionSummary
{
    public string Description { get => field ?? ""; init; }

    /// <summary>How many of its steps are in which status; statuses without steps are left out.</summary>
    public IReadOnlyDictionary<StepStatus, int> StepCounts { get => field ??= new Dictionary<StepStatus, int>(); init; }

    /// <summary>Parameters given at submission, over those of the file.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary>The workflow file exactly as it was sent.</summary>
    public string? Spec { get; init; }

    /// <summary>Id of the saved workflow that it was started from.</summary>
    public string? WorkflowId { get; init; }

    public int Priority { get; init; }

    /// <summary>At most this many steps at once; left out: no limit but the nodes'.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>Limit on the whole run, in seconds.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>The step cache was refused for this run.</summary>
    public bool NoCache { get; init; }

    /// <summary>After a failure, independent steps go on.</summary>
    public bool KeepGoing { get; init; }

    public string? DigitalTwinHref { get; init; }
    public required string StepsHref { get; init; }

    /// <summary>Its events; a stream of them with <c>Accept: text/event-stream</c>.</summary>
    public required string EventsHref { get; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>One run of a workflow (ODTP's collection <c>executions</c>, with our fields beside ODTP's).</summary>
public sealed record Execution : Document<Execution>
{
    [JsonPropertyName("title")]
    public required string Title { get; init; }

    [JsonPropertyName("description")]
    public string Description { get => field ?? ""; init; }

    [JsonPropertyName("digitalTwinRef")]
    public Id<DigitalTwin>? DigitalTwinRef { get; init; }

    [JsonPropertyName("workflow_id")]
    public Id<Workflow>? WorkflowRef { get; init; }

    /// <summary>The steps in the order of the workflow file. Empty while there are more than <see cref="MaxListedSteps"/>; the step documents name their execution.</summary>
    [JsonPropertyName("steps")]
    public IReadOnlyList<Id<Step>> Steps { get => field ?? []; init; }

    public const int MaxListedSteps = 10_000;

    [JsonPropertyName("workflowSchema")]
    public WorkflowSchema? WorkflowSchema { get; init; }

    [JsonPropertyName("start_timestamp"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonPropertyName("end_timestamp"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? EndedAt { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updatedAt")]
    public required DateTimeOffset UpdatedAt { get; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    public required ExecutionStatus Status { get; init; }

    /// <summary>Why it failed or was cancelled, for people.</summary>
    public string? Message { get; init; }

    /// <summary>The workflow file exactly as it was sent.</summary>
    public string? RawSpec { get; init; }

    /// <summary>Parameters given at submission, over those of the file.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary>How many steps there are.</summary>
    public int StepCount { get; init; }

    /// <summary>At most this many steps at once; null: no limit but the nodes'.</summary>
    public int? MaxParallel { get; init; }

    public int Priority { get; init; }
    public TimeSpan? Timeout { get; init; }

    /// <summary>Refuse the step cache for this run.</summary>
    public bool NoCache { get; init; }

    /// <summary>After a failure, start nothing more (default), or let independent steps go on.</summary>
    public bool KeepGoing { get; init; }

    /// <summary>Once started: when its time limit passes.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>The first step that failed; from then on nothing new starts, unless <see cref="KeepGoing"/>.</summary>
    public Id<Step>? FailedStep { get; init; }

    /// <summary>Somebody cancelled it, or its time limit passed: no step starts any more, what runs is stopped.</summary>
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary><see cref="FailureReason.Cancelled"/>, or <see cref="FailureReason.TimedOut"/> when its time limit passed.</summary>
    public FailureReason? CancelReason { get; init; }

    /// <summary>Why it is being cancelled, for people.</summary>
    public string? CancelMessage { get; init; }

    public Id<Execution>? RerunOf { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Name of the execution's own network; null when its steps don't talk to each other.</summary>
    public string? Network { get; init; }
}

/// <summary>What ODTP stores to describe how an execution was made.</summary>
public sealed record WorkflowSchema(
    [property: JsonPropertyName("workflowExecutor")] string WorkflowExecutor,
    [property: JsonPropertyName("workflowExecutorVersion")] string WorkflowExecutorVersion,
    [property: JsonPropertyName("component_versions")] IReadOnlyList<string> ComponentVersions,
    [property: JsonPropertyName("workflowExecutorSchema")] IReadOnlyList<int> WorkflowExecutorSchema);

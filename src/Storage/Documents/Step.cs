using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>
/// One step of an execution. Fields named with underscores or in ODTP's mixed style are ODTP's (collection <c>steps</c>);
/// the others are ours. Only <c>StepStore</c> changes a stored step.
/// </summary>
public sealed record Step : Document<Step>
{
    [JsonPropertyName("executionRef")]
    public required Id<Execution> ExecutionRef { get; init; }

    /// <summary>Unique in its execution; a step of a matrix carries its index: <c>simulate[3]</c>.</summary>
    public required string Name { get; init; }

    public required StepStatus Status { get; init; }

    /// <summary>What to launch, resolved when the execution was planned.</summary>
    public required StepSpec Spec { get; init; }

    /// <summary>Steps that must end before this one starts.</summary>
    public IReadOnlyList<Id<Step>> DependsOn { get => field ?? []; init; }

    /// <summary>Steps that have this one in their <see cref="DependsOn"/>.</summary>
    public IReadOnlyList<Id<Step>> Dependents { get => field ?? []; init; }

    /// <summary>Those of <see cref="DependsOn"/> that have not ended (or, for background steps, are not ready) yet.</summary>
    public IReadOnlyList<Id<Step>> WaitingFor { get => field ?? []; init; }

    /// <summary>Count of <see cref="WaitingFor"/>, for the index that finds what may be queued.</summary>
    public int WaitingCount { get; init; }

    /// <summary>Higher goes first; the execution's priority.</summary>
    public int Priority { get; init; }

    /// <summary>A queued step may be claimed from this time on (retries wait for their backoff).</summary>
    public DateTimeOffset? AvailableAt { get; init; }

    /// <summary>The try that runs or ran last, from 1; 0 before the first claim.</summary>
    public int Attempt { get; init; }

    /// <summary>Tries used up against the user's retry limit; the others were infrastructure's.</summary>
    public int UserRetries { get; init; }

    public int InfrastructureRetries { get; init; }

    /// <summary>What became of every ended attempt, oldest first.</summary>
    public IReadOnlyList<StepAttempt> Attempts { get => field ?? []; init; }

    /// <summary>It succeeded in an ODTP, which keeps no attempts, and left one zip that no step here can take as inputs.</summary>
    [JsonIgnore]
    public bool SucceededInOdtp => Status == StepStatus.Succeeded && Attempts.Count == 0;

    /// <summary>Who drives it now.</summary>
    public Lease? Lease { get; init; }

    /// <summary>Fencing number of the last lease given; a new lease has one more.</summary>
    public long Fence { get; init; }

    /// <summary>The container or process of the running attempt, as its executor names it.</summary>
    public string? Handle { get; init; }

    /// <summary>Where the published ports are, once started; null: on the loopback interface of its node.</summary>
    public string? ServiceHost { get; init; }

    /// <summary>Published ports by container port, once started.</summary>
    public IReadOnlyDictionary<string, int>? PublishedPorts { get; init; }

    /// <summary>Where people reach them from outside of the cluster, by container port.</summary>
    public IReadOnlyDictionary<string, string>? PublicAddresses { get; init; }

    /// <summary>Set by cancel: the runner that holds the lease stops the attempt.</summary>
    public StopRequest? Stop { get; init; }

    public FailureReason? Reason { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>0 to 1, as the component last said.</summary>
    public double? Progress { get; init; }

    /// <summary>What it waits for or does right now, for people.</summary>
    public string? Activity { get; init; }

    public DateTimeOffset? QueuedAt { get; init; }

    /// <summary>While queued: when waiting becomes a failure.</summary>
    public DateTimeOffset? QueueDeadline { get; init; }

    public DateTimeOffset? PreparingAt { get; init; }
    public DateTimeOffset? ReadyAt { get; init; }
    public DateTimeOffset? CollectingAt { get; init; }

    /// <summary>What an attempt left and the object store didn't take: stored by the next attempt on that node, without running again.</summary>
    public KeptOutputs? Kept { get; init; }

    /// <summary>Key of the step cache, when the step may be cached and its inputs are known.</summary>
    public string? CacheKey { get; init; }

    /// <summary>The step whose outputs this one refers to, when <see cref="StepStatus.Cached"/>.</summary>
    public Id<Step>? CachedFrom { get; init; }

    /// <summary>Values that the step set for later steps (<c>${{ steps.NAME.outputs.KEY }}</c>).</summary>
    public IReadOnlyDictionary<string, string>? OutputValues { get; init; }

    // ODTP's fields

    [JsonPropertyName("start_timestamp"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonPropertyName("end_timestamp"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public DateTimeOffset? EndedAt { get; init; }

    [JsonPropertyName("type")]
    public string Type { get => field ?? "ephemeral"; init; }

    /// <summary>Id of the version as a string, as ODTP writes it; empty for steps without a component.</summary>
    [JsonPropertyName("component_version")]
    public string ComponentVersion { get => field ?? ""; init; }

    [JsonPropertyName("parameters")]
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary><c>host:container</c> as ODTP writes them.</summary>
    [JsonPropertyName("ports")]
    public IReadOnlyList<string> Ports { get => field ?? []; init; }

    [JsonPropertyName("run_step")]
    public bool RunStep { get; init; }

    [JsonPropertyName("error")]
    public bool Error { get; init; }

    /// <summary>The failure in one sentence that a person understands.</summary>
    [JsonPropertyName("msg"), JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Message { get; init; }

    [JsonPropertyName("output")]
    public Id<Output>? Output { get; init; }

    [JsonPropertyName("createdAt")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updatedAt")]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A runner's right to drive a step until a time. Writes of a holder whose <see cref="Fence"/> is not the step's are refused.</summary>
public sealed record Lease(Id<Node> Node, long Fence, DateTimeOffset ExpiresAt);

/// <summary>The folders of an attempt that succeeded and whose outputs are still to be stored.</summary>
public sealed record KeptOutputs(Id<Node> Node, int Attempt, int? ExitCode, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt);

/// <summary>A wish to stop a running attempt.</summary>
/// <param name="Reason">What the attempt then failed of; null: it is no longer needed and succeeds.</param>
public sealed record StopRequest(FailureReason? Reason, string Message, DateTimeOffset At);

/// <summary>Where the ports of a running step are found.</summary>
/// <param name="Published">Port there, by port of the step.</param>
/// <param name="Host">Null: the loopback interface of the node that runs it.</param>
/// <param name="Public">Where people reach them from outside, by port of the step; null: nowhere.</param>
public sealed record ServedPorts(IReadOnlyDictionary<int, int> Published, string? Host = null, IReadOnlyDictionary<int, string>? Public = null)
{
    public static ServedPorts None { get; } = new(new Dictionary<int, int>());
}

/// <summary>What became of one try.</summary>
public sealed record StepAttempt(
    int Attempt,
    StepStatus Status,
    FailureReason? Reason,
    int? ExitCode,
    string? Message,
    string? Node,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt);

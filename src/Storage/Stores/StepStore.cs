using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>
/// The steps. Before a claim, a step changes through the methods here; while a runner drives it, through the
/// <see cref="HeldStep"/> that the claim returned. Every change is a compare-and-set.
/// </summary>
public sealed class StepStore(IDocumentDatabase database, TimeProvider time) : IStore
{
    private const int InsertBatch = 1_000;

    private static readonly FilterValue[] Open =
    [
        FilterValue.Of(StepStatus.Pending),
        FilterValue.Of(StepStatus.Queued),
        FilterValue.Of(StepStatus.Preparing),
        FilterValue.Of(StepStatus.Running),
        FilterValue.Of(StepStatus.Ready),
        FilterValue.Of(StepStatus.Collecting),
    ];

    private readonly DocumentCollection<Step> _steps = new(database, "steps", DocumentJson.Default.Step);

    internal TimeProvider Time => time;

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        IndexDefinition[] indexes =
        [
            new("execution", ["executionRef", "status", "_id", "waitingCount"]), // the count last: steps of a status stay in order
            new("executionOrder", ["executionRef", "_id"]),
            new("executionName", ["executionRef", "name"]),
            new("claim", ["status", new SortKey("priority", Descending: true), "availableAt"]),
            new("lease", ["lease.expiresAt"]),
            new("node", ["lease.node"]),
            new("queueDeadline", ["queueDeadline"]),
            new("cache", ["cacheKey", "status"]),
        ];
        foreach (var index in indexes)
            await _steps.EnsureIndexAsync(index, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores the steps of a new execution, before the execution itself is stored.</summary>
    public async Task InsertAsync(IReadOnlyList<Step> steps, CancellationToken cancellationToken)
    {
        foreach (var batch in steps.Chunk(InsertBatch))
        {
            if (!await _steps.TryInsertAsync(batch, cancellationToken).ConfigureAwait(false))
                throw new DatabaseException("The steps of a new execution clash with stored ones.");
        }
    }

    public Task<Step?> GetAsync(Id<Step> id, CancellationToken cancellationToken) => _steps.GetAsync(id, cancellationToken);

    public Task<IReadOnlyList<Step>> GetManyAsync(IReadOnlyCollection<Id<Step>> ids, CancellationToken cancellationToken) =>
        _steps.GetManyAsync(ids, cancellationToken);

    /// <summary>A page of an execution's steps in the order of the workflow file.</summary>
    public Task<IReadOnlyList<Step>> ListAsync(Id<Execution> execution, Id<Step>? after, int limit, CancellationToken cancellationToken)
    {
        var filter = Filter.Equal("executionRef", FilterValue.Of(execution));
        if (after is { } last)
            filter = Filter.Every(filter, Filter.Greater("_id", FilterValue.Of(last)));
        return _steps.FindAsync(new(filter) { Sort = ["_id"], Limit = limit }, cancellationToken);
    }

    public async Task<Step?> FindByNameAsync(Id<Execution> execution, string name, CancellationToken cancellationToken)
    {
        var filter = Filter.Every(Filter.Equal("executionRef", FilterValue.Of(execution)), Filter.Equal("name", name));
        var found = await _steps.FindAsync(new(filter) { Limit = 1 }, cancellationToken).ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>How many of an execution's steps have that status, counting no further than the limit.</summary>
    public Task<long> CountAsync(Id<Execution> execution, StepStatus status, long limit, CancellationToken cancellationToken) =>
        _steps.CountAsync(Of(execution, FilterValue.Of(status)), limit, cancellationToken);

    /// <summary>How many steps have that status in all executions, counting no further than the limit.</summary>
    public Task<long> CountAsync(StepStatus status, long limit, CancellationToken cancellationToken) =>
        _steps.CountAsync(Filter.Equal("status", FilterValue.Of(status)), limit, cancellationToken);

    /// <summary>How many of an execution's steps are queued or driven by a runner.</summary>
    public Task<long> CountStartedAsync(Id<Execution> execution, long limit, CancellationToken cancellationToken) =>
        _steps.CountAsync(Of(execution, Open[1..]), limit, cancellationToken);

    public async Task<bool> AllEndedAsync(Id<Execution> execution, CancellationToken cancellationToken) =>
        await _steps.CountAsync(Of(execution, Open), 1, cancellationToken).ConfigureAwait(false) == 0;

    /// <summary>Steps of an execution with that status, from <paramref name="after"/> on, in order.</summary>
    public Task<IReadOnlyList<Step>> FindAsync(
        Id<Execution> execution,
        StepStatus status,
        Id<Step>? after,
        int limit,
        CancellationToken cancellationToken)
    {
        var filter = Of(execution, FilterValue.Of(status));
        if (after is { } last)
            filter = Filter.Every(filter, Filter.Greater("_id", FilterValue.Of(last)));
        return _steps.FindAsync(new(filter) { Sort = ["_id"], Limit = limit }, cancellationToken);
    }

    /// <summary>Pending steps that wait for no other step.</summary>
    public Task<IReadOnlyList<Step>> FindReleasableAsync(
        Id<Execution> execution,
        Id<Step>? after,
        int limit,
        CancellationToken cancellationToken)
    {
        List<Filter> filters =
        [
            Filter.Equal("executionRef", FilterValue.Of(execution)),
            Filter.Equal("status", FilterValue.Of(StepStatus.Pending)),
            Filter.Equal("waitingCount", 0L),
        ];
        if (after is { } last)
            filters.Add(Filter.Greater("_id", FilterValue.Of(last)));
        return _steps.FindAsync(new(Filter.Every(filters)) { Sort = ["_id"], Limit = limit }, cancellationToken);
    }

    /// <summary>Queued steps that may be claimed now, by priority and then by age.</summary>
    public Task<IReadOnlyList<Step>> FindClaimableAsync(int limit, CancellationToken cancellationToken)
    {
        var filter = Filter.Every(
            Filter.Equal("status", FilterValue.Of(StepStatus.Queued)),
            Filter.LessOrEqual("availableAt", time.GetUtcNow()));
        return _steps.FindAsync(
            new(filter) { Sort = [new SortKey("priority", Descending: true), "availableAt"], Limit = limit },
            cancellationToken);
    }

    /// <summary>Steps that a node held when it last wrote.</summary>
    public Task<IReadOnlyList<Step>> FindHeldByAsync(Id<Node> node, int limit, CancellationToken cancellationToken) =>
        _steps.FindAsync(new(Filter.Equal("lease.node", FilterValue.Of(node))) { Sort = ["_id"], Limit = limit }, cancellationToken);

    /// <summary>Steps whose runner did not renew its lease in time.</summary>
    public Task<IReadOnlyList<Step>> FindExpiredAsync(int limit, CancellationToken cancellationToken) =>
        _steps.FindAsync(
            new(Filter.Less("lease.expiresAt", time.GetUtcNow())) { Sort = ["lease.expiresAt"], Limit = limit },
            cancellationToken);

    /// <summary>Queued steps that have waited longer than they may.</summary>
    public Task<IReadOnlyList<Step>> FindWaitedTooLongAsync(int limit, CancellationToken cancellationToken) =>
        _steps.FindAsync(
            new(Filter.LessOrEqual("queueDeadline", time.GetUtcNow())) { Sort = ["queueDeadline"], Limit = limit },
            cancellationToken);

    /// <summary>A step that succeeded with that key of the step cache, the newest first.</summary>
    public async Task<Step?> FindCachedAsync(string cacheKey, CancellationToken cancellationToken)
    {
        var filter = Filter.Every(
            Filter.Equal("cacheKey", cacheKey),
            Filter.Equal("status", FilterValue.Of(StepStatus.Succeeded)));
        var found = await _steps
            .FindAsync(new(filter) { Sort = [new SortKey("_id", Descending: true)], Limit = 1 }, cancellationToken)
            .ConfigureAwait(false);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Marks that <paramref name="ended"/> need not be waited for. Returns the step when it waits for nothing more; null otherwise.</summary>
    public async Task<Step?> TryUnblockAsync(Id<Step> id, Id<Step> ended, CancellationToken cancellationToken)
    {
        var step = await ChangeAsync(id, step => step switch
        {
            { Status: not StepStatus.Pending } => null,
            _ when !step.WaitingFor.Contains(ended) => step,
            _ => WaitingFor(step, [.. step.WaitingFor.Where(other => other != ended)]),
        }, cancellationToken).ConfigureAwait(false);
        return step is { WaitingCount: 0 } ? step : null;
    }

    /// <summary>From now on runners may claim it. Null: it was not pending, or waits for others.</summary>
    public Task<Step?> TryQueueAsync(Id<Step> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step is { Status: StepStatus.Pending, WaitingCount: 0 } ? Queued(step, time.GetUtcNow(), null) : null, cancellationToken);

    /// <summary>Takes a queued step back, because its execution pauses. Null: it was not queued any more.</summary>
    public Task<Step?> TryHoldBackAsync(Id<Step> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step.Status == StepStatus.Queued
            ? step with { Status = StepStatus.Pending, QueueDeadline = null, Activity = null }
            : null, cancellationToken);

    /// <summary>Says why a queued step is not claimed, and looks at it again later. Null: it was not queued any more.</summary>
    public Task<Step?> TryDeferAsync(Id<Step> id, string activity, DateTimeOffset until, CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step.Status == StepStatus.Queued ? step with { Activity = activity, AvailableAt = until } : null, cancellationToken);

    /// <summary>Ends a step that no runner holds: skipped, cancelled, or failed before it started. Null: it is held or has ended.</summary>
    public Task<Step?> TryEndUnheldAsync(
        Id<Step> id,
        StepStatus status,
        FailureReason? reason,
        string? message,
        CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step.Status is StepStatus.Pending or StepStatus.Queued
            ? step with
            {
                Status = status,
                Reason = reason,
                Message = message,
                Error = status == StepStatus.Failed,
                EndedAt = time.GetUtcNow(),
                QueueDeadline = null,
                Activity = null,
            }
            : null, cancellationToken);

    /// <summary>Asks the runner that holds the step to stop it. Null: nobody holds it.</summary>
    public Task<Step?> TryRequestStopAsync(Id<Step> id, StopRequest stop, CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step switch
        {
            { Status: var status } when !status.IsActive() => null,
            { Stop: not null } => step,
            _ => step with { Stop = stop },
        }, cancellationToken);

    /// <summary>A step that did not succeed is to run again; its attempts are kept. Null: it succeeded or has not ended.</summary>
    public Task<Step?> TryResetAsync(Id<Step> id, IReadOnlyList<Id<Step>> waitingFor, CancellationToken cancellationToken) =>
        ChangeAsync(id, step => step.Status is StepStatus.Failed or StepStatus.Cancelled or StepStatus.Skipped
            ? WaitingFor(step, waitingFor) with
            {
                Status = StepStatus.Pending,
                Reason = null,
                Message = null,
                Error = false,
                ExitCode = null,
                Stop = null,
                Progress = null,
                Activity = null,
                StartedAt = null,
                EndedAt = null,
                UserRetries = 0,
                InfrastructureRetries = 0,
                RunStep = true,
            }
            : null, cancellationToken);

    /// <summary>Claims a queued step for a new attempt. Null: another runner was faster, or it is not queued any more.</summary>
    public async Task<HeldStep?> TryClaimAsync(Step queued, Id<Node> node, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var claimed = queued with
        {
            Status = StepStatus.Preparing,
            Attempt = queued.Attempt + 1,
            Fence = queued.Fence + 1,
            Lease = new(node, queued.Fence + 1, now + lease),
            PreparingAt = now,
            StartedAt = null,
            ReadyAt = null,
            CollectingAt = null,
            EndedAt = null,
            QueueDeadline = null,
            Handle = null,
            ServiceHost = null,
            PublishedPorts = null,
            PublicAddresses = null,
            ExitCode = null,
            Reason = null,
            Message = null,
            Error = false,
            Progress = null,
            Activity = null,
            RunStep = false,
            UpdatedAt = now,
        };
        return await TryHoldAsync(claimed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over an attempt whose runner is gone: same attempt, new fencing number. Null: it is not what it was.</summary>
    public Task<HeldStep?> TryAdoptAsync(Step held, Id<Node> node, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return TryHoldAsync(
            held with { Fence = held.Fence + 1, Lease = new(node, held.Fence + 1, now + lease), UpdatedAt = now },
            cancellationToken);
    }

    internal Task<Step?> TryReplaceAsync(Step step, CancellationToken cancellationToken) =>
        _steps.TryReplaceAsync(step, cancellationToken);

    /// <summary>The step, queued from a time on.</summary>
    internal static Step Queued(Step step, DateTimeOffset now, DateTimeOffset? from) => step with
    {
        Status = StepStatus.Queued,
        QueuedAt = now,
        AvailableAt = from ?? now,
        QueueDeadline = step.Spec.Timeouts.Queued is { } limit ? (from ?? now) + limit : null,
        Activity = null,
    };

    private async Task<HeldStep?> TryHoldAsync(Step step, CancellationToken cancellationToken) =>
        await _steps.TryReplaceAsync(step, cancellationToken).ConfigureAwait(false) is { } stored ? new HeldStep(this, stored) : null;

    private static Step WaitingFor(Step step, IReadOnlyList<Id<Step>> others) =>
        step with { WaitingFor = others, WaitingCount = others.Count };

    private static Filter Of(Id<Execution> execution, params FilterValue[] statuses) => Filter.Every(
        Filter.Equal("executionRef", FilterValue.Of(execution)),
        statuses.Length == 1 ? Filter.Equal("status", statuses[0]) : Filter.OneOf("status", statuses));

    private Task<Step?> ChangeAsync(Id<Step> id, Func<Step, Step?> change, CancellationToken cancellationToken) =>
        _steps.UpdateAsync(id, step =>
        {
            var changed = change(step);
            return changed is null || ReferenceEquals(changed, step) ? changed : changed with { UpdatedAt = time.GetUtcNow() };
        }, cancellationToken);
}

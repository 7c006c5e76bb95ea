using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>The executions. Their status changes only through the named methods here.</summary>
public sealed class ExecutionStore(IDocumentDatabase database, TimeProvider time) : IStore
{
    /// <summary>Read at every change of any of their steps, and as big as their lists of steps.</summary>
    private const int Recent = 64;

    private readonly DocumentCollection<Execution> _executions = new(database, "executions", DocumentJson.Default.Execution, Recent);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _executions.EnsureIndexAsync(new("status", ["status", "_id"]), cancellationToken).ConfigureAwait(false);
        await _executions.EnsureIndexAsync(new("twin", ["digitalTwinRef", "_id"]), cancellationToken).ConfigureAwait(false);
        await _executions.EnsureIndexAsync(new("deadline", ["deadlineAt"]), cancellationToken).ConfigureAwait(false);
    }

    public Task<bool> TryInsertAsync(Execution execution, CancellationToken cancellationToken) =>
        _executions.TryInsertAsync(execution, cancellationToken);

    public Task<Execution?> GetAsync(Id<Execution> id, CancellationToken cancellationToken) =>
        _executions.GetAsync(id, cancellationToken);

    /// <summary>The executions with those ids; missing ones are left out.</summary>
    public async Task<IReadOnlyList<Execution>> GetManyAsync(IReadOnlyCollection<Id<Execution>> ids, CancellationToken cancellationToken)
    {
        var found = await Task.WhenAll(ids.Select(id => _executions.GetAsync(id, cancellationToken))).ConfigureAwait(false);
        return [.. found.OfType<Execution>()];
    }

    /// <summary>A page, newest first. <paramref name="before"/> is the last id of the page before.</summary>
    public Task<IReadOnlyList<Execution>> ListAsync(
        Id<Execution>? before,
        ExecutionStatus? status,
        Id<DigitalTwin>? digitalTwin,
        int limit,
        CancellationToken cancellationToken)
    {
        var filters = new List<Filter>();
        if (status is { } wanted)
            filters.Add(Filter.Equal("status", FilterValue.Of(wanted)));
        if (digitalTwin is { } twin)
            filters.Add(Filter.Equal("digitalTwinRef", FilterValue.Of(twin)));
        return _executions.NewestAsync(Filter.Every(filters), before, limit, cancellationToken);
    }

    /// <summary>Running executions whose time limit has passed.</summary>
    public Task<IReadOnlyList<Execution>> FindOverdueAsync(int limit, CancellationToken cancellationToken) =>
        _executions.FindAsync(
            new(Filter.LessOrEqual("deadlineAt", time.GetUtcNow())) { Sort = ["deadlineAt"], Limit = limit },
            cancellationToken);

    /// <summary>Executions that have not ended and are not paused, oldest first.</summary>
    public Task<IReadOnlyList<Execution>> FindOpenAsync(Id<Execution>? after, int limit, CancellationToken cancellationToken)
    {
        var open = Filter.OneOf("status", FilterValue.Of(ExecutionStatus.Queued), FilterValue.Of(ExecutionStatus.Running));
        var filter = after is { } last ? Filter.Every(open, Filter.Greater("_id", FilterValue.Of(last))) : open;
        return _executions.FindAsync(new(filter) { Sort = ["_id"], Limit = limit }, cancellationToken);
    }

    /// <summary>The first step started. Null: it was not queued.</summary>
    public Task<Execution?> TryStartAsync(Id<Execution> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, now) => execution.Status == ExecutionStatus.Queued
            ? execution with
            {
                Status = ExecutionStatus.Running,
                StartedAt = execution.StartedAt ?? now,
                DeadlineAt = now + execution.Timeout,
            }
            : null, cancellationToken);

    /// <summary>A step failed: unless it keeps going, nothing new starts. Null: that was so before, or it does not matter any more.</summary>
    public Task<Execution?> TryMarkFailingAsync(Id<Execution> id, Step failed, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, _) => execution.FailedStep is null && !execution.Status.IsFinal()
            ? execution with
            {
                FailedStep = failed.Id,
                Message = $"Step '{failed.Name}' failed: {failed.Message}",
            }
            : null, cancellationToken);

    /// <summary>Every step has ended. Null: it had ended before.</summary>
    public Task<Execution?> TryEndAsync(Id<Execution> id, ExecutionStatus status, string? message, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, now) => !execution.Status.IsFinal()
            ? execution with
            {
                Status = status,
                Message = message,
                StartedAt = execution.StartedAt ?? now,
                EndedAt = now,
                DeadlineAt = null,
            }
            : null, cancellationToken);

    /// <summary>From now on no step starts. Null: it has ended.</summary>
    public Task<Execution?> TryCancelAsync(Id<Execution> id, FailureReason reason, string message, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, now) => execution switch
        {
            _ when execution.Status.IsFinal() => null,
            { CancelRequestedAt: not null } => execution,
            _ => execution with
            {
                Status = execution.Status == ExecutionStatus.Paused ? ExecutionStatus.Running : execution.Status,
                CancelRequestedAt = now,
                CancelReason = reason,
                CancelMessage = message,
                DeadlineAt = null,
            },
        }, cancellationToken);

    /// <summary>Null: it has ended or is being cancelled.</summary>
    public Task<Execution?> TryPauseAsync(Id<Execution> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, _) => execution switch
        {
            { Status: ExecutionStatus.Paused } => execution,
            { Status: ExecutionStatus.Queued or ExecutionStatus.Running, CancelRequestedAt: null } =>
                execution with { Status = ExecutionStatus.Paused },
            _ => null,
        }, cancellationToken);

    /// <summary>A paused execution goes on. Null: it is not paused.</summary>
    public Task<Execution?> TryUnpauseAsync(Id<Execution> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, _) => execution.Status == ExecutionStatus.Paused
            ? execution with { Status = execution.StartedAt is null ? ExecutionStatus.Queued : ExecutionStatus.Running }
            : null, cancellationToken);

    /// <summary>A failed or cancelled execution goes on; its time limit starts anew. Null: it did not fail.</summary>
    public Task<Execution?> TryReopenAsync(Id<Execution> id, CancellationToken cancellationToken) =>
        ChangeAsync(id, (execution, now) => execution.Status is ExecutionStatus.Failed or ExecutionStatus.Cancelled
            ? execution with
            {
                Status = ExecutionStatus.Running,
                EndedAt = null,
                FailedStep = null,
                Message = null,
                CancelRequestedAt = null,
                CancelReason = null,
                CancelMessage = null,
                DeadlineAt = now + execution.Timeout,
            }
            : null, cancellationToken);

    private Task<Execution?> ChangeAsync(
        Id<Execution> id,
        Func<Execution, DateTimeOffset, Execution?> change,
        CancellationToken cancellationToken) =>
        _executions.UpdateAsync(id, execution =>
        {
            var now = time.GetUtcNow();
            var changed = change(execution, now);
            return changed is null || ReferenceEquals(changed, execution) ? changed : changed with { UpdatedAt = now };
        }, cancellationToken);
}

using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>
/// A step under this process's lease, and the only way to change it while it is driven. Every write carries the fencing
/// number: once another runner took the step over, each method returns false and <see cref="Lost"/> is cancelled. After the
/// holder has given the lease back, each method returns false, too.
/// Methods may be called from any flow; they take turns.
/// </summary>
public sealed class HeldStep : IDisposable
{
    private readonly StepStore _store;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _lost = new();
    private readonly long _fence;
    private (StepSpec Spec, string? CacheKey)? _prepared;

    internal HeldStep(StepStore store, Step step)
    {
        _store = store;
        _fence = step.Fence;
        Step = step;
    }

    /// <summary>The step as last written or read by this holder.</summary>
    public Step Step { get; private set; }

    /// <summary>Cancelled when another runner holds the step, or it was ended without us.</summary>
    public CancellationToken Lost => _lost.Token;

    public void Dispose()
    {
        _turn.Dispose();
        _lost.Dispose();
    }

    /// <summary>Keeps the lease for another while, and sees what others wrote meanwhile (a wish to stop).</summary>
    public Task<bool> RenewAsync(TimeSpan lease, CancellationToken cancellationToken) =>
        ChangeAsync(step => step with { Lease = step.Lease! with { ExpiresAt = Now + lease } }, cancellationToken);

    /// <summary>Reads what others wrote (a wish to stop).</summary>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return !IsGivenBack && await ReloadAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    public Task<bool> SetActivityAsync(string? activity, CancellationToken cancellationToken) =>
        ChangeAsync(step => step with { Activity = activity }, cancellationToken);

    public Task<bool> SetProgressAsync(double progress, CancellationToken cancellationToken) =>
        ChangeAsync(step => step with { Progress = progress }, cancellationToken);

    /// <summary>
    /// What was resolved while preparing: the image's digest and the key of the step cache. It is stored with the next change,
    /// at the latest that the attempt runs; whoever takes the step over before that resolves it again.
    /// </summary>
    public async Task SetPreparedAsync(StepSpec spec, string? cacheKey, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        _prepared = (spec, cacheKey);
        Step = WithPrepared(Step);
        _turn.Release();
    }

    public Task<bool> StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken) =>
        ChangeAsync(step => step.Status is StepStatus.Preparing or StepStatus.Running or StepStatus.Ready
            ? step with
            {
                Status = step.Status == StepStatus.Ready ? StepStatus.Ready : StepStatus.Running,
                Handle = handle,
                StartedAt = step.StartedAt ?? at,
                ServiceHost = ports.Host,
                PublishedPorts = ports.Published.ToDictionary(port => port.Key.ToString(), port => port.Value),
                PublicAddresses = ports.Public?.ToDictionary(port => port.Key.ToString(), port => port.Value),
                Ports = [.. ports.Published.Select(port => $"{port.Value}:{port.Key}")],
                Activity = null,
            }
            : step, cancellationToken);

    public Task<bool> ReadyAsync(CancellationToken cancellationToken) =>
        ChangeAsync(step => step.Status == StepStatus.Running
            ? step with { Status = StepStatus.Ready, ReadyAt = Now }
            : step, cancellationToken);

    /// <summary>Writes down a wish to stop that only this process knows, for whoever stops the attempt elsewhere.</summary>
    public Task<bool> StoppingAsync(StopRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(step => step.Stop is null ? step with { Stop = request } : step, cancellationToken);

    public Task<bool> CollectingAsync(CancellationToken cancellationToken) =>
        ChangeAsync(step => step with { Status = StepStatus.Collecting, CollectingAt = Now, Activity = null }, cancellationToken);

    /// <summary>The attempt ended and so did the step; the lease is given back.</summary>
    public Task<bool> EndAsync(StepEnd end, CancellationToken cancellationToken) =>
        ChangeAsync(step => Ended(step, end) with { Status = end.Status, EndedAt = end.EndedAt }, cancellationToken);

    /// <summary>The attempt failed and another one is due from a time on; the lease is given back.</summary>
    public Task<bool> RetryAsync(StepEnd end, DateTimeOffset from, bool countsAgainstUser, CancellationToken cancellationToken) =>
        ChangeAsync(step => StepStore.Queued(Ended(step, end), Now, from) with
        {
            UserRetries = step.UserRetries + (countsAgainstUser ? 1 : 0),
            InfrastructureRetries = step.InfrastructureRetries + (countsAgainstUser ? 0 : 1),
        }, cancellationToken);

    private DateTimeOffset Now => _store.Time.GetUtcNow();

    /// <summary>What becomes of the step after that isn't the holder's to see: it isn't lost, and what follows its end must not be cut short.</summary>
    private bool IsGivenBack => Step.Lease is null;

    private static Step Ended(Step step, StepEnd end) => step with
    {
        Lease = null,
        Stop = null,
        Activity = null,
        Reason = end.Reason,
        Message = end.Message,
        ExitCode = end.ExitCode,
        Error = end.Status == StepStatus.Failed,
        StartedAt = end.StartedAt ?? step.StartedAt,
        Output = end.Output ?? step.Output,
        OutputValues = end.OutputValues ?? step.OutputValues,
        CachedFrom = end.CachedFrom,
        Kept = end.Kept,
        Attempts =
        [
            .. step.Attempts,
            new(step.Attempt, end.Status, end.Reason, end.ExitCode, end.Message, step.Lease?.Node.ToString(),
                end.StartedAt ?? step.StartedAt, end.EndedAt),
        ],
    };

    private async Task<bool> ChangeAsync(Func<Step, Step> change, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            while (!IsGivenBack && !_lost.IsCancellationRequested)
            {
                var changed = change(Step);
                if (ReferenceEquals(changed, Step))
                    return true;
                if (await _store.TryReplaceAsync(changed with { UpdatedAt = Now }, cancellationToken).ConfigureAwait(false) is { } stored)
                {
                    Step = stored;
                    return true;
                }
                await ReloadAsync(cancellationToken).ConfigureAwait(false);
            }
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> ReloadAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.GetAsync(Step.Id, cancellationToken).ConfigureAwait(false);
        if (stored?.Lease?.Fence != _fence)
        {
            await _lost.CancelAsync().ConfigureAwait(false);
            return false;
        }
        Step = WithPrepared(stored);
        return true;
    }

    private Step WithPrepared(Step step) => _prepared is var (spec, key) ? step with { Spec = spec, CacheKey = key } : step;
}

/// <summary>How an attempt ended, for the document.</summary>
public sealed record StepEnd(StepStatus Status, DateTimeOffset EndedAt)
{
    public FailureReason? Reason { get; init; }

    /// <summary>The failure in one sentence.</summary>
    public string? Message { get; init; }

    public int? ExitCode { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public Id<Output>? Output { get; init; }
    public IReadOnlyDictionary<string, string>? OutputValues { get; init; }
    public Id<Step>? CachedFrom { get; init; }

    /// <summary>Outputs that wait on a node for another attempt to store them.</summary>
    public KeptOutputs? Kept { get; init; }
}

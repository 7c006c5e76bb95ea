using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Bench.Rigs;

/// <summary>Counts the attempts that are removed: a runner removes one when its end is stored.</summary>
internal sealed class CountingExecutor(IStepExecutor inner) : IStepExecutor
{
    private readonly TaskCompletionSource _firstLaunch = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _ended;
    private int _awaited = int.MaxValue;

    public string Name => inner.Name;

    public bool UsesFolders => inner.UsesFolders;

    public bool IsShared => inner.IsShared;

    /// <summary>Completes when the first attempt is launched.</summary>
    public Task FirstLaunch => _firstLaunch.Task;

    public int Ended => Volatile.Read(ref _ended);

    /// <summary>Waits until so many have ended; for one waiter.</summary>
    public Task WhenEndedAsync(int count, CancellationToken cancellationToken)
    {
        Volatile.Write(ref _awaited, count);
        Check();
        return _reached.Task.WaitAsync(cancellationToken);
    }

    public Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken)
    {
        _firstLaunch.TrySetResult();
        return inner.RunAsync(plan, sink, cancellationToken);
    }

    public async Task RemoveAsync(StepKey step, CancellationToken cancellationToken)
    {
        await inner.RemoveAsync(step, cancellationToken);
        Interlocked.Increment(ref _ended);
        Check();
    }

    public Task<string?> CheckAsync(CancellationToken cancellationToken) => inner.CheckAsync(cancellationToken);

    public Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken) =>
        inner.ResolveImageAsync(image, digest, sink, cancellationToken);

    public Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken) =>
        inner.AttachAsync(plan, stored, sink, cancellationToken);

    public Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken) => inner.StopAsync(step, grace, cancellationToken);

    public Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => inner.EnsureNetworkAsync(execution, cancellationToken);

    public Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => inner.RemoveNetworkAsync(execution, cancellationToken);

    public IAsyncEnumerable<OwnedStep> ListOwnAsync(CancellationToken cancellationToken) => inner.ListOwnAsync(cancellationToken);

    private void Check()
    {
        if (Ended >= Volatile.Read(ref _awaited))
            _reached.TrySetResult();
    }
}

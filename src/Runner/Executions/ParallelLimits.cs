using System.Collections.Concurrent;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

/// <summary>
/// Lets one flow at a time count and queue the steps of an execution that has a limit, so that two ended steps don't both fill
/// the same place. Executions without a limit pass freely.
/// </summary>
public sealed class ParallelLimits
{
    private readonly ConcurrentDictionary<Id<Execution>, SemaphoreSlim> _gates = new();

    public async ValueTask<IDisposable?> EnterAsync(Execution execution, CancellationToken cancellationToken)
    {
        if (execution.MaxParallel is null)
            return null;
        var gate = _gates.GetOrAdd(execution.Id, _ => new(1));
        await gate.WaitAsync(cancellationToken);
        return new Turn(gate);
    }

    public void Forget(Id<Execution> execution) => _gates.TryRemove(execution, out _);

    private sealed class Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

using System.Collections.Concurrent;

namespace Twinrunner.Registry.Components;

/// <summary>Lets one flow at a time work on each key.</summary>
internal sealed class KeyedGate : IDisposable
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _gates = new(StringComparer.Ordinal);

    public async Task<IDisposable> EnterAsync(string key, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd(key, _ => new(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Entry(gate);
    }

    public void Dispose()
    {
        foreach (var gate in _gates.Values)
            gate.Dispose();
    }

    private sealed class Entry(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

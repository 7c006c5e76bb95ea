using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors;

/// <summary>Lets several flows of one attempt (its log, its probe) use a sink that takes one call at a time.</summary>
internal sealed class SerialSink(IStepSink inner) : IStepSink, IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);

    public async ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.WriteLogAsync(stream, bytes, cancellationToken);
    }

    public async ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.MarkLogAsync(mark, cancellationToken);
    }

    public async ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.ActivityAsync(activity, cancellationToken);
    }

    public async ValueTask StartedAsync(
        string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.StartedAsync(handle, ports, at, cancellationToken);
    }

    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.ReadyAsync(cancellationToken);
    }

    public async ValueTask CollectingAsync(CancellationToken cancellationToken)
    {
        using var turn = await TurnAsync(cancellationToken);
        await inner.CollectingAsync(cancellationToken);
    }

    public void Dispose() => _gate.Dispose();

    private async ValueTask<Turn> TurnAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        return new(_gate);
    }

    private readonly struct Turn(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }
}

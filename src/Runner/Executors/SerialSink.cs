namespace Twinrunner.Runner.Executors;

/// <summary>Lets several flows of one attempt (its log, its probe) use a sink that takes one call at a time.</summary>
internal sealed class SerialSink(IStepSink inner) : IStepSink, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);

    public async ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteLogAsync(stream, bytes, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.ActivityAsync(activity, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask StartedAsync(
        string handle, IReadOnlyDictionary<int, int> publishedPorts, DateTimeOffset at, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.StartedAsync(handle, publishedPorts, at, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.MarkLogAsync(mark, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask CollectingAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.CollectingAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await inner.ReadyAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();
}

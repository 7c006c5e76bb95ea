namespace Twinrunner.Runner.Kubernetes;

/// <summary>How much one process asks of the API server: requests at once, and requests a second after a burst.</summary>
internal sealed class RequestGate(int atOnce, double perSecond, int burst, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _room = new(atOnce);
    private readonly Lock _lock = new();
    private double _tokens = burst;
    private long _at = time.GetTimestamp();

    public void Dispose() => _room.Dispose();

    /// <summary>Waits for its turn. Whoever disposes of the result makes room for the next.</summary>
    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _room.WaitAsync(cancellationToken);
        try
        {
            if (Take() is var wait && wait > TimeSpan.Zero)
                await Task.Delay(wait, time, cancellationToken);
            return new Turn(_room);
        }
        catch
        {
            _room.Release();
            throw;
        }
    }

    /// <summary>Takes a token, on credit where there is none: the time until it is earned.</summary>
    private TimeSpan Take()
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _tokens = Math.Min(burst, _tokens + time.GetElapsedTime(_at, now).TotalSeconds * perSecond) - 1;
            _at = now;
            return _tokens >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_tokens / perSecond);
        }
    }

    private sealed class Turn(SemaphoreSlim room) : IDisposable
    {
        private SemaphoreSlim? _room = room;

        public void Dispose() => Interlocked.Exchange(ref _room, null)?.Release();
    }
}

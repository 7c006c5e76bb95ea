namespace Twinrunner.TestKit;

/// <summary>A clock on which short waits are over at once, and time has passed by them; long ones never end.</summary>
public sealed class HastyTime(TimeSpan shorterThan) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private long _ticks = 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(GetTimestamp());

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <summary>Lets time pass of which nobody waits for the end.</summary>
    public void Advance(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Timer(this, callback, state, dueTime);

    private sealed class Timer : ITimer
    {
        private readonly HastyTime _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private volatile bool _disposed;

        public Timer(HastyTime time, TimerCallback callback, object? state, TimeSpan dueTime)
        {
            (_time, _callback, _state) = (time, callback, state);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= TimeSpan.Zero && dueTime < _time.Limit)
            {
                Interlocked.Add(ref _time._ticks, dueTime.Ticks);
                ThreadPool.QueueUserWorkItem(_ =>
                {
                    if (!_disposed)
                        _callback(_state);
                });
            }
            return true;
        }

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private TimeSpan Limit => shorterThan;
}

namespace Twinrunner.Registry.Sync;

/// <summary>When to look at a repository again. Spread by chance, so that a thousand components that were added together aren't looked at together for ever.</summary>
internal sealed class SyncSchedule(TimeProvider time, Random random)
{
    private const double Spread = 0.2;
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(6);

    /// <summary>Null: never by itself.</summary>
    public DateTimeOffset? AfterSuccess(TimeSpan interval) => interval <= TimeSpan.Zero ? null : time.GetUtcNow() + Around(interval);

    /// <summary>Soon after the first failure, then each time twice as long, up to six hours (or the interval, where that is longer).</summary>
    public DateTimeOffset? AfterFailure(TimeSpan interval, int failures)
    {
        if (interval <= TimeSpan.Zero)
            return null;
        var retry = ShortestRetry * Math.Pow(2, Math.Min(failures - 1, 10));
        return time.GetUtcNow() + Around(retry < LongestRetry ? retry : interval > LongestRetry ? interval : LongestRetry);
    }

    /// <summary>Once a limit is over, which it is for many components at the same time.</summary>
    public DateTimeOffset AfterLimit(DateTimeOffset until) => until + TimeSpan.FromMinutes(1) * random.NextDouble();

    private TimeSpan Around(TimeSpan duration) => duration * (1 - Spread + 2 * Spread * random.NextDouble());
}

using Twinrunner.Registry.Sync;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Sync;

public sealed class SyncScheduleTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly ManualTime _time = new();

    [Fact]
    public void A_thousand_looks_are_spread_evenly()
    {
        var schedule = new SyncSchedule(_time, new Random(1));

        var minutes = Enumerable.Range(0, 1000).Select(_ => (int)(schedule.AfterSuccess(Quarter)!.Value - _time.GetUtcNow()).TotalMinutes).GroupBy(minute => minute).ToList();

        Assert.Equal([12, 13, 14, 15, 16, 17], minutes.Select(minute => minute.Key).Order());
        Assert.All(minutes, minute => Assert.InRange(minute.Count(), 100, 250));
    }

    [Fact]
    public void Failures_wait_longer_and_longer_up_to_six_hours()
    {
        var schedule = new SyncSchedule(_time, new Random(1));

        var waits = Enumerable.Range(1, 15).Select(failures => schedule.AfterFailure(Quarter, failures)!.Value - _time.GetUtcNow()).ToList();

        Assert.InRange(waits[0], TimeSpan.FromSeconds(48), TimeSpan.FromSeconds(72));
        Assert.InRange(waits[4], TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(20));
        Assert.InRange(waits[^1], TimeSpan.FromHours(4.8), TimeSpan.FromHours(7.2));
    }

    [Fact]
    public void Who_is_looked_at_only_by_hand_is_never_due()
    {
        var schedule = new SyncSchedule(_time, new Random(1));

        Assert.Null(schedule.AfterSuccess(TimeSpan.Zero));
        Assert.Null(schedule.AfterFailure(TimeSpan.Zero, 3));
    }
}

using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Tests.Stores;

public sealed class ChangeFeedTests
{
    private static readonly Id<Step> Step = Id<Step>.New(TimeProvider.System);

    private readonly ChangeFeed _feed = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signal_between_subscribing_and_waiting_is_not_missed()
    {
        using var subscription = _feed.Subscribe(ChangeTopic.Queue);

        _feed.Signal(ChangeTopic.Queue);
        _feed.Signal(ChangeTopic.Queue);

        await subscription.WaitAsync(Token);
        Assert.False(subscription.WaitAsync(Token).IsCompleted);
    }

    [Fact]
    public async Task Topics_and_subscribers_are_apart()
    {
        using var first = _feed.Subscribe(ChangeTopic.StepLog(Step));
        using var second = _feed.Subscribe(ChangeTopic.StepLog(Step));
        using var other = _feed.Subscribe(ChangeTopic.StepStop(Step));

        _feed.Signal(ChangeTopic.StepLog(Step));

        await first.WaitAsync(Token);
        await second.WaitAsync(Token);
        Assert.False(other.WaitAsync(Token).IsCompleted);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_waited_again()
    {
        using var subscription = _feed.Subscribe(ChangeTopic.Events);
        using var cancel = new CancellationTokenSource();
        var waiting = subscription.WaitAsync(cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        _feed.Signal(ChangeTopic.Events);

        await subscription.WaitAsync(Token);
    }

    [Fact]
    public async Task A_reader_that_reads_and_then_waits_sees_the_last_write_of_many()
    {
        var written = 0;
        using var subscription = _feed.Subscribe(ChangeTopic.Events);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                Interlocked.Increment(ref written);
                _feed.Signal(ChangeTopic.Events);
            }
        }, Token);

        while (Volatile.Read(ref written) < 100_000)
            await subscription.WaitAsync(Token);
        await writing;
    }

    [Fact]
    public void A_disposed_subscription_is_forgotten()
    {
        for (var i = 0; i < 3; i++)
            _feed.Subscribe(ChangeTopic.Queue).Dispose();

        Assert.Equal(0, _feed.SubscriptionCount);
        _feed.Signal(ChangeTopic.Queue);
    }
}

using Twinrunner.Runner.Outputs;
using Twinrunner.Storage.Objects;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Outputs;

public sealed class StorePatienceTests : IDisposable
{
    private readonly HastyTime _time = new(TimeSpan.FromMinutes(1));
    private readonly List<string?> _told = [];
    private readonly CancellationTokenSource _hurry = new();

    [Fact]
    public async Task Waiting_is_told_with_its_begin_and_each_new_reason_and_that_it_is_over()
    {
        using var patience = Patience();
        var troubles = new Queue<string>(["it is down.", "it is down.", "it asks for fewer requests."]);

        Assert.Equal(7, await patience.TryAsync(() => troubles.TryDequeue(out var trouble) ? throw new ObjectStoreException(trouble) : Task.FromResult(7), CancellationToken.None));

        Assert.Equal(
            ["waits for the object store since 00:00:00 UTC: it is down.", "waits for the object store since 00:00:00 UTC: it asks for fewer requests.", null],
            _told);
    }

    [Fact]
    public async Task It_is_over_when_the_last_of_several_waits_no_more()
    {
        using var patience = Patience();
        var bothWait = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var tries = 0;

        async Task<bool> ActAsync()
        {
            if (Interlocked.Increment(ref tries) <= 2)
                throw new ObjectStoreException("it is down.");
            if (tries == 4)
                bothWait.SetResult();
            await bothWait.Task;
            return true;
        }
        await Task.WhenAll(patience.TryAsync(ActAsync, CancellationToken.None), patience.TryAsync(ActAsync, CancellationToken.None));

        Assert.Equal(["waits for the object store since 00:00:00 UTC: it is down.", null], _told);
    }

    [Fact]
    public async Task The_last_refusal_comes_through_when_the_time_is_over()
    {
        using var patience = Patience();
        var refusal = await Assert.ThrowsAsync<ObjectStoreException>(() => patience.TryAsync<int>(() => throw new ObjectStoreException("it is down."), CancellationToken.None));

        Assert.Equal("it is down.", refusal.Message);
        Assert.True(_time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) > TimeSpan.FromSeconds(50));
    }

    [Fact]
    public async Task Who_is_in_a_hurry_waits_for_a_connection_that_was_cut_and_no_longer()
    {
        using var patience = Patience();
        var tries = 0;
        await Assert.ThrowsAsync<ObjectStoreException>(() => patience.TryAsync<int>(() =>
        {
            if (++tries == 2)
                _hurry.Cancel();
            throw new ObjectStoreException("it is down.");
        }, CancellationToken.None));

        Assert.InRange(tries, 3, 8);
        Assert.True(_time.GetUtcNow() - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero) < TimeSpan.FromSeconds(4));
    }

    public void Dispose() => _hurry.Dispose();

    private StorePatience Patience() => new(TimeSpan.FromMinutes(1), _time, told =>
    {
        _told.Add(told);
        return Task.CompletedTask;
    }, _hurry.Token);
}

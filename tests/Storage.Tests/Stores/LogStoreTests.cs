using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

public abstract class LogStoreTests(BackEnds backEnds) : StoreTest(backEnds)
{
    public sealed class Embedded() : LogStoreTests(BackEnds.Embedded);

    public sealed class Cluster() : LogStoreTests(BackEnds.Cluster);

    private readonly Id<Step> _step = Id<Step>.New(TimeProvider.System);

    [Fact]
    public async Task Reading_starts_with_the_page_that_holds_the_line()
    {
        var logs = await FilledAsync();

        Assert.Equal([1, 11, 21], await PagesFromAsync(logs, 1));
        Assert.Equal([1, 11, 21], await PagesFromAsync(logs, 0));
        Assert.Equal([1, 11, 21], await PagesFromAsync(logs, 10));
        Assert.Equal([11, 21], await PagesFromAsync(logs, 11));
        Assert.Equal([21], await PagesFromAsync(logs, 30));
        Assert.Empty(await PagesFromAsync(logs, 31));
    }

    [Fact]
    public async Task A_line_that_is_not_stored_yet_is_in_the_page_that_comes_next()
    {
        var logs = await FilledAsync();
        var start = await logs.StartOfPageAsync(_step, 1, 35, Token);
        await logs.AppendAsync([Page(1, 31)], Token);

        Assert.Equal([31], (await logs.FindAsync(_step, 1, start, 10, Token)).Select(page => page.FirstLine));
        Assert.Equal(1, await logs.StartOfPageAsync(_step, 2, 35, Token));
    }

    [Fact]
    public async Task A_page_that_is_stored_already_is_not_stored_again_and_wakes_nobody()
    {
        var logs = await FilledAsync();
        using var subscription = Feed.Subscribe(ChangeTopic.StepLog(_step));

        Assert.False(await logs.AppendAsync([Page(1, 11)], Token));
        Assert.False(await logs.AppendAsync([Page(1, 31), Page(1, 21)], Token));
        var waiting = subscription.WaitAsync(Token);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(21, (await logs.LastPageAsync(_step, 1, Token))!.FirstLine);
        Assert.True(await logs.AppendAsync([Page(1, 31), Page(1, 41)], Token));

        await waiting;
        Assert.Equal(41, (await logs.LastPageAsync(_step, 1, Token))!.FirstLine);
    }

    [Fact]
    public async Task Attempts_are_apart_and_deleted_together()
    {
        var logs = await FilledAsync();
        await logs.AppendAsync([Page(2, 1)], Token);

        Assert.Equal(1, (await logs.LastPageAsync(_step, 2, Token))!.FirstLine);
        Assert.Equal(4, await logs.DeleteAsync(_step, Token));
        Assert.Null(await logs.LastPageAsync(_step, 1, Token));
    }

    private async Task<LogStore> FilledAsync()
    {
        var logs = await ReadyAsync(new LogStore(Database, Feed));
        foreach (var line in (long[])[1, 11, 21])
            await logs.AppendAsync([Page(1, line)], Token);
        return logs;
    }

    private async Task<IEnumerable<long>> PagesFromAsync(LogStore logs, long line) =>
        (await logs.FindAsync(_step, 1, await logs.StartOfPageAsync(_step, 1, line, Token), 10, Token)).Select(page => page.FirstLine);

    private LogPage Page(int attempt, long firstLine) => new()
    {
        Id = Id<LogPage>.New(Time),
        StepRef = _step.ToString(),
        Timestamp = Time.GetUtcNow(),
        Text = "ten lines",
        Attempt = attempt,
        FirstLine = firstLine,
        LineCount = 10,
        Lines = [],
        StdoutBytes = 0,
        StderrBytes = 0,
    };
}

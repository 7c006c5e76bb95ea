using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

public abstract class ExecutionStoreTests(BackEnds backEnds) : StoreTest(backEnds)
{
    public sealed class Embedded() : ExecutionStoreTests(BackEnds.Embedded);

    public sealed class Cluster() : ExecutionStoreTests(BackEnds.Cluster);

    [Fact]
    public async Task What_another_process_writes_is_seen_though_executions_are_remembered()
    {
        var (one, other) = (await ReadyAsync(new ExecutionStore(Database, Time)), new ExecutionStore(Database, Time));
        var execution = New("a");
        await one.TryInsertAsync(execution, Token);

        Assert.NotNull(await other.TryStartAsync(execution.Id, Token));
        Assert.Equal(ExecutionStatus.Running, (await one.GetAsync(execution.Id, Token))!.Status);
        Assert.NotNull(await one.TryPauseAsync(execution.Id, Token));
        Assert.Equal(ExecutionStatus.Paused, (await other.GetAsync(execution.Id, Token))!.Status);
    }

    [Fact]
    public async Task Of_processes_that_end_an_execution_one_does_and_it_can_be_opened_again()
    {
        var store = await ReadyAsync(new ExecutionStore(Database, Time));
        var execution = New("a") with { Status = ExecutionStatus.Running };
        await store.TryInsertAsync(execution, Token);

        var ended = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.TryEndAsync(execution.Id, ExecutionStatus.Failed, "no", Token)));

        Assert.Single(ended.OfType<Execution>());
        Assert.Null(await store.TryPauseAsync(execution.Id, Token));
        Assert.Equal(ExecutionStatus.Running, (await store.TryReopenAsync(execution.Id, Token))!.Status);
    }

    [Fact]
    public async Task Lists_go_by_status_and_twin_newest_first_page_by_page()
    {
        var store = await ReadyAsync(new ExecutionStore(Database, Time));
        var twin = Id<DigitalTwin>.New(Time);
        foreach (var i in Enumerable.Range(0, 10))
        {
            await store.TryInsertAsync(New($"e{i}") with
            {
                Status = i % 2 == 0 ? ExecutionStatus.Queued : ExecutionStatus.Failed,
                DigitalTwinRef = i < 6 ? twin : null,
            }, Token);
        }

        var first = await store.ListAsync(null, null, null, 3, Token);
        Assert.Equal(["e9", "e8", "e7"], Titles(first));
        Assert.Equal(["e6", "e5"], Titles(await store.ListAsync(first[^1].Id, null, null, 2, Token)));
        Assert.Equal(["e5", "e3", "e1"], Titles(await store.ListAsync(null, ExecutionStatus.Failed, twin, 10, Token)));
        Assert.Equal(["e0", "e2", "e4", "e6", "e8"], Titles(await store.FindOpenAsync(null, 10, Token)));
    }

    [Fact]
    public async Task An_execution_is_overdue_when_its_time_is_up_until_it_ends()
    {
        var store = await ReadyAsync(new ExecutionStore(Database, Time));
        var execution = New("a") with { Timeout = TimeSpan.FromHours(1) };
        await store.TryInsertAsync(execution, Token);
        await store.TryStartAsync(execution.Id, Token);

        Assert.Empty(await store.FindOverdueAsync(10, Token));
        Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(execution.Id, Assert.Single(await store.FindOverdueAsync(10, Token)).Id);
        await store.TryEndAsync(execution.Id, ExecutionStatus.Cancelled, null, Token);
        Assert.Empty(await store.FindOverdueAsync(10, Token));
    }

    private static IEnumerable<string> Titles(IEnumerable<Execution> executions) => executions.Select(execution => execution.Title);

    private Execution New(string title) => new()
    {
        Id = Id<Execution>.New(Time),
        Title = title,
        Status = ExecutionStatus.Queued,
        CreatedAt = Time.GetUtcNow(),
        UpdatedAt = Time.GetUtcNow(),
    };
}

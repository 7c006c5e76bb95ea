using Twinrunner.Runner.Logs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Runner.Tests.Mongo;

/// <summary>Two servers on one database.</summary>
public sealed class SharedDatabaseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_of_one_server_wakes_a_reader_of_the_other()
    {
        await using var mongo = TestMongo.Create();
        await using var writer = await StartAsync(mongo);
        await using var reader = await StartAsync(mongo);
        var execution = Id<Execution>.New(TimeProvider.System);
        await using var watching = reader.Get<EventStore>().WatchAsync(null, execution, Token).GetAsyncEnumerator(Token);

        for (var i = 0; i < 20; i++)
        {
            var next = watching.MoveNextAsync();
            await writer.Get<EventStore>().AppendAsync(Event(execution), Token);
            Assert.True(await next);
        }
    }

    [Fact]
    public async Task Events_that_several_servers_write_at_once_are_seen_in_one_order_by_all_and_none_is_left_out()
    {
        await using var mongo = TestMongo.Create();
        await using var first = await StartAsync(mongo);
        await using var second = await StartAsync(mongo);
        var execution = Id<Execution>.New(TimeProvider.System);
        var reading = Task.WhenAll(ReadAsync(first, execution, 200), ReadAsync(second, execution, 200));

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? first : second).Get<EventStore>().AppendAsync(Event(execution), Token)));

        var read = await reading;
        Assert.Equal(200, read[0].Distinct().Count());
        Assert.Equal(read[0], read[1]);
    }

    [Fact]
    public async Task A_followed_log_of_an_execution_has_the_pages_of_all_servers()
    {
        await using var mongo = TestMongo.Create();
        await using var first = await StartAsync(mongo);
        await using var second = await StartAsync(mongo);
        var now = TimeProvider.System.GetUtcNow();
        var execution = new Execution { Id = Id<Execution>.New(TimeProvider.System), Title = "a", CreatedAt = now, UpdatedAt = now, Status = ExecutionStatus.Running };
        await first.Get<ExecutionStore>().TryInsertAsync(execution, Token);
        var steps = Enumerable.Range(0, 2).Select(_ => Id<Step>.New(TimeProvider.System)).ToList();
        var following = FollowAsync(first, execution.Id);

        await Task.WhenAll(WriteAsync(first, steps[0]), WriteAsync(second, steps[1]));
        await first.Get<ExecutionStore>().TryEndAsync(execution.Id, ExecutionStatus.Succeeded, null, Token);

        Assert.Equal(steps.SelectMany(step => Enumerable.Range(1, 60).Select(line => (step.ToString(), (long)line))).Order(), (await following).Order());

        async Task WriteAsync(TestHost host, Id<Step> step)
        {
            for (var line = 1; line <= 60; line++)
            {
                Assert.True(await host.Get<LogStore>().AppendAsync([new LogPage
                {
                    Id = Id<LogPage>.New(TimeProvider.System),
                    StepRef = step.ToString(),
                    ExecutionRef = execution.Id,
                    Timestamp = now,
                    Text = "line",
                    Attempt = 1,
                    FirstLine = line,
                    LineCount = 1,
                    Lines = [0, 1, 0],
                    StdoutBytes = 5L * line,
                    StderrBytes = 0,
                }], Token));
            }
        }
    }

    private static async Task<List<(string Step, long Line)>> FollowAsync(TestHost host, Id<Execution> execution)
    {
        var read = new List<(string, long)>();
        await foreach (var page in host.Get<StepLogs>().ReadExecutionAsync(execution, null, follow: true, Token))
            read.Add((page.StepRef, page.FirstLine));
        return read;
    }

    private static Task<TestHost> StartAsync(TestMongo mongo) =>
        TestHost.StartAsync(settings => settings with { Database = mongo.Address }, Token);

    private static async Task<List<Id<ExecutionEvent>>> ReadAsync(TestHost host, Id<Execution> execution, int count)
    {
        var ids = new List<Id<ExecutionEvent>>();
        await foreach (var e in host.Get<EventStore>().WatchAsync(null, execution, Token))
        {
            ids.Add(e.Id);
            if (ids.Count == count)
                break;
        }
        return ids;
    }

    private static ExecutionEvent Event(Id<Execution> execution) => new()
    {
        Id = default,
        ExecutionRef = execution,
        At = TimeProvider.System.GetUtcNow(),
        Type = "test",
    };
}

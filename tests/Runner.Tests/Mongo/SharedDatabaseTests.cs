using System.Diagnostics;
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
    public async Task An_event_of_one_server_is_seen_by_the_other_within_a_quarter_of_a_second()
    {
        await using var mongo = TestMongo.Create();
        await using var writer = await StartAsync(mongo);
        await using var reader = await StartAsync(mongo);
        var execution = Id<Execution>.New(TimeProvider.System);
        await using var watching = reader.Get<EventStore>().WatchAsync(null, execution, Token).GetAsyncEnumerator(Token);
        await writer.Get<EventStore>().AppendAsync(Event(execution), Token);
        await watching.MoveNextAsync(); // from now on the reader waits

        var latencies = new List<TimeSpan>();
        for (var i = 0; i < 40; i++)
        {
            var next = watching.MoveNextAsync();
            var watch = Stopwatch.StartNew();
            await writer.Get<EventStore>().AppendAsync(Event(execution), Token);
            Assert.True(await next);
            latencies.Add(watch.Elapsed);
        }

        latencies.Sort();
        Assert.True(latencies[37] < TimeSpan.FromMilliseconds(250), $"the 38th of 40 took {latencies[37].TotalMilliseconds:0} ms, the median {latencies[20].TotalMilliseconds:0} ms");
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

using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

public abstract class EventStoreTests(BackEnds backEnds) : StoreTest(backEnds)
{
    public sealed class Embedded() : EventStoreTests(BackEnds.Embedded);

    public sealed class Cluster() : EventStoreTests(BackEnds.Cluster);

    private readonly Id<Execution> _execution = Id<Execution>.New(TimeProvider.System);

    [Fact]
    public async Task A_watcher_sees_every_event_once_and_in_order_while_many_append()
    {
        const int Writers = 8, EventsEach = 200;
        var events = await NewStoreAsync();
        var early = WatchAsync(events, null, Writers * EventsEach);
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(AppendAsync));
        var late = WatchAsync(events, null, Writers * EventsEach);
        await writing;

        var seen = await early;

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(Writers * EventsEach, seen.Distinct().Count());
        Assert.Equal(seen, await late);
        Assert.Equal(seen[700..], await WatchAsync(events, seen[699], seen.Count - 700));

        async Task AppendAsync(int writer)
        {
            for (var i = 0; i < EventsEach; i++)
                await events.AppendAsync(Event($"{writer}.{i}"), Token);
        }
    }

    [Fact(Timeout = 30_000)] // an event that was missed would be waited for without end
    public async Task An_event_that_comes_between_reading_and_waiting_is_not_missed()
    {
        var events = await NewStoreAsync();
        var watched = new WatchedDatabase(Database);
        watched.AfterFind = () =>
        {
            watched.AfterFind = () => Task.CompletedTask;
            return events.AppendAsync(Event("between"), Token);
        };

        Assert.Single(await WatchAsync(new EventStore(watched, Feed, Time), null, 1));
    }

    [Fact]
    public async Task Events_that_are_appended_together_follow_each_other()
    {
        var events = await NewStoreAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => events.AppendAsync([Event($"{i}.a"), Event($"{i}.b"), Event($"{i}.c")], Token)));

        var types = (await events.FindAsync(null, null, 100, Token)).Select(e => e.Type).ToList();
        foreach (var group in types.Chunk(3))
            Assert.Equal([$"{group[0][..^2]}.a", $"{group[0][..^2]}.b", $"{group[0][..^2]}.c"], group);
    }

    [Fact]
    public async Task A_watcher_of_an_execution_sees_only_its_events()
    {
        var events = await NewStoreAsync();
        var watching = WatchAsync(events, null, 2, _execution);

        await events.AppendAsync([Event("other"), Event("a") with { ExecutionRef = _execution }, Event("other")], Token);
        await events.AppendAsync(Event("b") with { ExecutionRef = _execution }, Token);

        Assert.Equal(await watching, (await events.FindAsync(null, _execution, 10, Token)).Select(e => e.Id));
    }

    [Fact]
    public async Task Ids_grow_also_when_the_clock_was_set_back_and_the_process_is_a_new_one()
    {
        var events = await NewStoreAsync();
        await events.AppendAsync(Event("before"), Token);
        var last = await events.LastIdAsync(Token);
        var ahead = new ObjectId[] { last!.Value.Value }.Select(id => ObjectId.Floor(id.CreatedAt.AddDays(1))).Single();
        await Database.Collection("events").TryInsertAsync([new(ahead, System.Text.Encoding.UTF8.GetBytes(
            $$"""{"_id":{"$oid":"{{ahead}}"},"at":{"$date":"2030-01-01T00:00:00.000Z"},"type":"of a process with a fast clock"}"""))], Token);

        var restarted = new EventStore(Database, Feed, Time);
        await restarted.AppendAsync(Event("after"), Token);

        Assert.Equal(["after"], (await restarted.FindAsync(new(ahead), null, 10, Token)).Select(e => e.Type));
    }

    [Fact]
    public async Task A_failed_append_is_told_to_its_caller_and_the_next_one_works()
    {
        var events = await NewStoreAsync();
        await Database.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => events.AppendAsync(Event("a"), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => events.AppendAsync(Event("b"), Token));
    }

    private Task<EventStore> NewStoreAsync() => ReadyAsync(new EventStore(Database, Feed, Time));

    private static async Task<List<Id<ExecutionEvent>>> WatchAsync(EventStore events, Id<ExecutionEvent>? after, int count, Id<Execution>? execution = null)
    {
        var seen = new List<Id<ExecutionEvent>>();
        await foreach (var e in events.WatchAsync(after, execution, Token))
        {
            seen.Add(e.Id);
            if (seen.Count == count)
                break;
        }
        return seen;
    }

    private ExecutionEvent Event(string type) => new() { Id = default, At = Time.GetUtcNow(), Type = type };
}

using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Tests.Stores;

public sealed class EventStoreTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("twin-test-");
    private readonly ChangeFeed _feed = new();
    private SqliteDatabase _database = null!;
    private EventStore _events = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = SqliteDatabase.Open(Path.Combine(_folder.FullName, "test.db"));
        _events = new(_database, _feed, TimeProvider.System);
        await _events.EnsureIndexesAsync(Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_watcher_sees_every_event_once_and_in_order_while_many_append()
    {
        const int Writers = 8, EventsEach = 100;
        var watcher = WatchAsync(Writers * EventsEach);
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(AppendAsync));

        var seen = await watcher;

        Assert.Equal(seen.Order(), seen);
        Assert.Equal(Writers * EventsEach, seen.Distinct().Count());

        async Task AppendAsync(int writer)
        {
            for (var i = 0; i < EventsEach; i++)
                await _events.AppendAsync(Event($"{writer}.{i}"), Token);
        }
    }

    private async Task<List<Id<ExecutionEvent>>> WatchAsync(int count)
    {
        var seen = new List<Id<ExecutionEvent>>();
        await foreach (var e in _events.WatchAsync(null, null, Token))
        {
            seen.Add(e.Id);
            if (seen.Count == count)
                break;
        }
        return seen;
    }

    private static ExecutionEvent Event(string type) => new() { Id = default, At = TimeProvider.System.GetUtcNow(), Type = type };
}

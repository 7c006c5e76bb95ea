using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>A database, a feed and a clock for a test of stores, which is run on each database by a class nested in it.</summary>
public abstract class StoreTest(BackEnds backEnds) : IAsyncLifetime
{
    private readonly TestFolder _folder = new();
    private TestMongo? _mongo;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ManualTime Time { get; } = new();
    protected ChangeFeed Feed { get; } = new();
    protected IDocumentDatabase Database { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        _mongo = backEnds == BackEnds.Cluster ? TestMongo.Create() : null;
        Database = _mongo is null ? SqliteDatabase.Open(_folder["test.db"]) : _mongo.Open();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
        if (_mongo is not null)
            await _mongo.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static async Task<TStore> ReadyAsync<TStore>(TStore store) where TStore : IStore
    {
        await store.EnsureIndexesAsync(Token);
        return store;
    }
}

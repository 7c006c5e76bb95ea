using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>A database, a feed and a clock for a test of stores.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    private readonly TestFolder _folder = new();

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected ManualTime Time { get; } = new();
    protected ChangeFeed Feed { get; } = new();
    protected SqliteDatabase Database { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Database = SqliteDatabase.Open(_folder["test.db"]);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static async Task<TStore> ReadyAsync<TStore>(TStore store) where TStore : IStore
    {
        await store.EnsureIndexesAsync(Token);
        return store;
    }
}

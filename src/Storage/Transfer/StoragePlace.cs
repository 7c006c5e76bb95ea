using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Transfer;

/// <summary>A database and an object store that nobody serves, opened to be moved from or to.</summary>
public sealed class StoragePlace : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private StoragePlace(ServiceProvider services) => _services = services;

    public IDocumentDatabase Database => _services.GetRequiredService<IDocumentDatabase>();

    public IObjectStore Objects => _services.GetRequiredService<IObjectStore>();

    /// <exception cref="DatabaseException">The database can't be used; the message says what to do.</exception>
    /// <exception cref="ObjectStoreException">The object store can't be used.</exception>
    public static async Task<StoragePlace> OpenAsync(StorageOptions options, CancellationToken cancellationToken)
    {
        var place = new StoragePlace(new ServiceCollection().AddLogging().AddStorage(options).BuildServiceProvider());
        try
        {
            await place.Database.PingAsync(cancellationToken).ConfigureAwait(false);
            if (place.Objects is S3ObjectStore bucket)
                await bucket.EnsureBucketAsync(cancellationToken).ConfigureAwait(false);
            return place;
        }
        catch
        {
            await place.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes the indexes: those that are unique keep a transfer from mixing two installations.</summary>
    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        foreach (var store in _services.GetServices<IStore>())
            await store.EnsureIndexesAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

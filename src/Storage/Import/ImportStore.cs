using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Import;

/// <summary>Documents that another system wrote, by collection and id, with every field as it is: what an import writes through.</summary>
public sealed class ImportStore(IDocumentDatabase database)
{
    public Task<StoredDocument?> GetAsync(string collection, ObjectId id, CancellationToken cancellationToken) =>
        database.Collection(collection).GetAsync(id, cancellationToken);

    /// <summary>False: the id, or a value that only one document may have, is taken.</summary>
    public Task<bool> TryInsertAsync(string collection, ObjectId id, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        database.Collection(collection).TryInsertAsync([new(id, json)], cancellationToken);

    /// <summary>False: it was changed or deleted meanwhile.</summary>
    /// <exception cref="DatabaseException">Another document has a value that only one may have.</exception>
    public Task<bool> TryReplaceAsync(string collection, ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        database.Collection(collection).TryReplaceAsync(id, revision, json, cancellationToken);
}

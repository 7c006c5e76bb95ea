namespace Twinrunner.Storage.Database;

/// <summary>A copy of a document as it is stored, for who passes it on without understanding it; see <see cref="DocumentReader{T}"/> for its parts.</summary>
public sealed record StoredDocument(ObjectId Id, long Revision, ReadOnlyMemory<byte> Json)
{
    public static StoredDocument Read(ObjectId id, long revision, ReadOnlySpan<byte> json) => new(id, revision, json.ToArray());
}

public static class StoredDocuments
{
    public static Task<StoredDocument?> GetAsync(this IDocumentCollection collection, ObjectId id, CancellationToken cancellationToken) =>
        collection.GetAsync(id, StoredDocument.Read, cancellationToken);

    public static Task<IReadOnlyList<StoredDocument>> GetManyAsync(this IDocumentCollection collection, IReadOnlyCollection<ObjectId> ids, CancellationToken cancellationToken) =>
        collection.GetManyAsync(ids, StoredDocument.Read, cancellationToken);

    public static Task<IReadOnlyList<StoredDocument>> FindAsync(this IDocumentCollection collection, DocumentQuery query, CancellationToken cancellationToken) =>
        collection.FindAsync(query, StoredDocument.Read, cancellationToken);
}

using System.Collections.Concurrent;
using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>Passes everything on and remembers what was asked.</summary>
internal sealed class WatchedDatabase(IDocumentDatabase inner) : IDocumentDatabase
{
    public ConcurrentQueue<(string Collection, DocumentQuery Query, bool IsSorted)> Queries { get; } = [];

    /// <summary>Runs after documents were read and before the reader gets them.</summary>
    public Func<Task> AfterFind { get; set; } = () => Task.CompletedTask;

    public bool IsShared => inner.IsShared;

    public IDocumentCollection Collection(string name) => new WatchedCollection(inner.Collection(name), this);

    public Task PingAsync(CancellationToken cancellationToken) => inner.PingAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

internal sealed class WatchedCollection(IDocumentCollection inner, WatchedDatabase database) : IDocumentCollection
{
    public string Name => inner.Name;

    public Task<T?> GetAsync<T>(ObjectId id, DocumentReader<T> read, CancellationToken cancellationToken) where T : class? =>
        inner.GetAsync(id, read, cancellationToken);

    public Task<long?> GetRevisionAsync(ObjectId id, CancellationToken cancellationToken) => inner.GetRevisionAsync(id, cancellationToken);

    public Task<IReadOnlyList<T>> GetManyAsync<T>(IReadOnlyCollection<ObjectId> ids, DocumentReader<T> read, CancellationToken cancellationToken) =>
        inner.GetManyAsync(ids, read, cancellationToken);

    public Task<bool> TryInsertAsync(IReadOnlyCollection<NewDocument> documents, CancellationToken cancellationToken) =>
        inner.TryInsertAsync(documents, cancellationToken);

    public async Task<IReadOnlyList<T>> FindAsync<T>(DocumentQuery query, DocumentReader<T> read, CancellationToken cancellationToken)
    {
        database.Queries.Enqueue((Name, query, true));
        var found = await inner.FindAsync(query, read, cancellationToken);
        await database.AfterFind();
        return found;
    }

    public Task<bool> TryReplaceAsync(ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken) =>
        inner.TryReplaceAsync(id, revision, json, cancellationToken);

    public Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken)
    {
        database.Queries.Enqueue((Name, new(filter), false));
        return inner.DeleteAsync(filter, cancellationToken);
    }

    public Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken)
    {
        database.Queries.Enqueue((Name, new(filter), false));
        return inner.CountAsync(filter, limit, cancellationToken);
    }

    public Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken) => inner.EnsureIndexAsync(index, cancellationToken);
}

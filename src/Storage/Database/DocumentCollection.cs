using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Database;

/// <summary>A collection seen as records. Only the named stores hold one.</summary>
/// <param name="recent">How many documents to keep that were read by id: a later read then costs only a look at the revision. For big documents that are read far more often than changed.</param>
public sealed class DocumentCollection<T>(IDocumentDatabase database, string name, JsonTypeInfo<T> type, int recent = 0)
    where T : Document<T>
{
    private readonly IDocumentCollection _collection = database.Collection(name);
    private readonly ConcurrentDictionary<Id<T>, T> _recent = new();

    public async Task<T?> GetAsync(Id<T> id, CancellationToken cancellationToken)
    {
        if (_recent.TryGetValue(id, out var known)
            && await _collection.GetRevisionAsync(id.Value, cancellationToken).ConfigureAwait(false) == known.Revision)
            return known;
        var document = await _collection.GetAsync(id.Value, Read, cancellationToken).ConfigureAwait(false);
        if (document is null)
            _recent.TryRemove(id, out _);
        else if (recent > 0)
            Keep(document);
        return document;
    }

    /// <summary>The documents with those ids, in the order of the ids; missing ones are left out.</summary>
    public async Task<IReadOnlyList<T>> GetManyAsync(IReadOnlyCollection<Id<T>> ids, CancellationToken cancellationToken) =>
        Ours(await _collection.GetManyAsync([.. ids.Select(id => id.Value)], Read, cancellationToken).ConfigureAwait(false));

    public async Task<IReadOnlyList<T>> FindAsync(DocumentQuery query, CancellationToken cancellationToken) =>
        Ours(await _collection.FindAsync(query, Read, cancellationToken).ConfigureAwait(false));

    /// <summary>The first document that matches, in the order of their ids unless said.</summary>
    public async Task<T?> FindOneAsync(Filter filter, IReadOnlyList<SortKey> sort, CancellationToken cancellationToken) =>
        await FindAsync(new(filter) { Sort = sort, Limit = 1 }, cancellationToken).ConfigureAwait(false) is [var found, ..] ? found : null;

    /// <summary>A page of a list, newest first. It is shorter than asked for only when it is the last one.</summary>
    /// <param name="before">The last id of the page before; null: the first page.</param>
    public async Task<IReadOnlyList<T>> NewestAsync(Filter filter, Id<T>? before, int limit, CancellationToken cancellationToken)
    {
        var found = new List<T>();
        while (true)
        {
            var query = new DocumentQuery(before is { } id ? Filter.Every(filter, Filter.Less("_id", id.Value)) : filter)
            {
                Sort = [new("_id", Descending: true)],
                Limit = limit - found.Count,
            };
            var stored = await _collection.FindAsync(query, (id, revision, json) => (Id: id, Document: Read(id, revision, json)), cancellationToken).ConfigureAwait(false);
            found.AddRange(Ours(stored.Select(one => one.Document)));
            if (found.Count == limit || stored.Count < query.Limit)
                return found;
            before = new(stored[^1].Id);
        }
    }

    /// <summary>The id of the newest document, whoever stored it; null: there is none.</summary>
    public async Task<Id<T>?> NewestIdAsync(CancellationToken cancellationToken)
    {
        var query = new DocumentQuery(Filter.All) { Sort = [new("_id", Descending: true)], Limit = 1 };
        return await _collection.FindAsync(query, (id, _, _) => new Id<T>(id), cancellationToken).ConfigureAwait(false) is [var newest, ..] ? newest : null;
    }

    /// <summary>False: the id or a unique field was taken, nothing was inserted.</summary>
    public Task<bool> TryInsertAsync(T document, CancellationToken cancellationToken) => TryInsertAsync([document], cancellationToken);

    /// <summary>All in one durable group. False: an id or a unique field was taken, nothing was inserted.</summary>
    public async Task<bool> TryInsertAsync(IEnumerable<T> documents, CancellationToken cancellationToken)
    {
        var written = documents.Select(document => (Id: document.Id.Value, Json: PooledJson.Of(document, type))).ToList();
        var inserted = await _collection.TryInsertAsync(written.ConvertAll(document => new NewDocument(document.Id, document.Json.Bytes)), cancellationToken)
            .ConfigureAwait(false);
        written.ForEach(document => document.Json.Return());
        return inserted;
    }

    /// <summary>Stores the changed document if nobody else changed it since it was read; returns it with its new revision, or null.</summary>
    public async Task<T?> TryReplaceAsync(T changed, CancellationToken cancellationToken)
    {
        var json = PooledJson.Of(changed, type);
        var replaced = await _collection.TryReplaceAsync(changed.Id.Value, changed.Revision, json.Bytes, cancellationToken).ConfigureAwait(false);
        json.Return();
        return replaced ? changed with { Revision = changed.Revision + 1 } : null;
    }

    /// <summary>
    /// Changes the document by compare-and-set until it holds or <paramref name="change"/> refuses by returning null.
    /// Null: there is no such document, or the change was refused.
    /// </summary>
    public async Task<T?> UpdateAsync(Id<T> id, Func<T, T?> change, CancellationToken cancellationToken)
    {
        while (await GetAsync(id, cancellationToken).ConfigureAwait(false) is { } current)
        {
            if (change(current) is not { } changed)
                return null;
            if (ReferenceEquals(changed, current))
                return current;
            if (await TryReplaceAsync(changed, cancellationToken).ConfigureAwait(false) is { } stored)
                return stored;
        }
        return null;
    }

    /// <summary>Inserts the document, or changes the one that matches <paramref name="same"/>, by which documents are unique.</summary>
    public async Task<T> SaveAsync(T document, Filter same, Func<T, T> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await FindOneAsync(same, [], cancellationToken).ConfigureAwait(false) is not { } stored)
            {
                if (await TryInsertAsync(document, cancellationToken).ConfigureAwait(false))
                    return document with { Revision = 1 };
                continue;
            }
            if (await TryReplaceAsync(change(stored), cancellationToken).ConfigureAwait(false) is { } replaced)
                return replaced;
        }
    }

    public Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken) =>
        _collection.DeleteAsync(filter, cancellationToken);

    public Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken) =>
        _collection.CountAsync(filter, limit, cancellationToken);

    public Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken) =>
        _collection.EnsureIndexAsync(index, cancellationToken);

    private void Keep(T document)
    {
        if (_recent.Count >= recent && !_recent.ContainsKey(document.Id))
            _recent.Clear(); // rarely, and then they come back one by one
        _recent[document.Id] = document;
    }

    /// <summary>
    /// Null: it isn't ours. A program that shares the database (ODTP) keeps documents in the same collections which may lack what all of
    /// ours have; they have no revision, as long as nobody changed them here.
    /// </summary>
    private T? Read(ObjectId id, long revision, ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type)! with { Revision = revision };
        }
        catch (JsonException) when (revision == 0)
        {
            return null;
        }
        catch (JsonException exception)
        {
            throw new DatabaseException($"The document {id} in '{_collection.Name}' can't be read: {exception.Message}", exception);
        }
    }

    private static List<T> Ours(IEnumerable<T?> read) => [.. read.OfType<T>()];
}

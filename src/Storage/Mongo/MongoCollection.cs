using System.Collections.Immutable;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>One collection. A call whose answer was lost is tried again, and finds out by the number of its write whether it was done.</summary>
internal sealed class MongoCollection(MongoConnection connection, string name) : IDocumentCollection
{
    /// <summary>Ids of one question for many documents.</summary>
    private const int MostIds = 10_000;

    private ImmutableDictionary<string, IndexDefinition> _unique = ImmutableDictionary<string, IndexDefinition>.Empty;

    public string Name { get; } = DocumentPath.CheckCollection(name);

    public async Task<T?> GetAsync<T>(ObjectId id, DocumentReader<T> read, CancellationToken cancellationToken) where T : class? =>
        await FindAsync(MongoFilter.Of(Filter.Equal("_id", id)), FindOptions(1), read, cancellationToken).ConfigureAwait(false) is [var found, ..] ? found : null;

    public Task<long?> GetRevisionAsync(ObjectId id, CancellationToken cancellationToken)
    {
        var filter = MongoFilter.Of(Filter.Equal("_id", id));
        var options = FindOptions(1, fields: "revision");
        return connection.ReadAsync<long?>(client =>
        {
            long? revision = null;
            client.Find(Name, filter, options, document =>
                revision = BsonReader.TryFind(document, "revision"u8, out var found) ? found.WholeNumber : 0);
            return revision;
        }, cancellationToken);
    }

    public async Task<IReadOnlyList<T>> GetManyAsync<T>(IReadOnlyCollection<ObjectId> ids, DocumentReader<T> read, CancellationToken cancellationToken)
    {
        var found = new Dictionary<ObjectId, T>(ids.Count);
        foreach (var part in ids.Chunk(MostIds))
        {
            var filter = MongoFilter.Of(Filter.OneOf("_id", [.. part.Select(id => (FilterValue)id)]));
            foreach (var (id, document) in await FindAsync(filter, FindOptions(part.Length), (id, revision, json) => (id, read(id, revision, json)), cancellationToken).ConfigureAwait(false))
                found[id] = document;
        }
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    public async Task<IReadOnlyList<T>> FindAsync<T>(DocumentQuery query, DocumentReader<T> read, CancellationToken cancellationToken)
    {
        var (filter, options) = (MongoFilter.Of(query.Filter), FindOptions(query.Limit, MongoFilter.Order(query.Sort)));
        return query.Limit <= 0 ? [] : await FindAsync(filter, options, read, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryInsertAsync(IReadOnlyCollection<NewDocument> documents, CancellationToken cancellationToken)
    {
        if (documents.Count == 0)
            return true;
        var write = Random.Shared.NextInt64();
        using var bson = new BsonWriter();
        foreach (var document in documents)
            MongoDocument.Write(bson, document.Id, 1, document.Json.Span, write, Unique);
        var first = documents.First().Id;
        return await connection.WriteAsync((client, repeated) =>
        {
            if (repeated && IsWritten(client, first, write))
                return true;
            try
            {
                if (documents.Count == 1)
                    client.Insert(Name, bson.Written);
                else
                    client.InsertTogether(Name, bson.Written);
                return true;
            }
            catch (MongoException exception) when (exception.IsTaken)
            {
                return IsWritten(client, first, write); // the driver tries again as well, and finds its own first try
            }
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryReplaceAsync(ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var write = Random.Shared.NextInt64();
        using var bson = new BsonWriter();
        MongoDocument.Write(bson, id, revision + 1, json.Span, write, Unique);
        var filter = MongoFilter.OfRevision(id, revision);
        return await connection.WriteAsync(
            (client, _) => client.Replace(Name, filter, bson.Written) || IsWritten(client, id, write),
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes what matches; returns how many. When an answer was lost on the way, those that were deleted before aren't counted.</summary>
    public Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken)
    {
        var bson = MongoFilter.Of(filter);
        return connection.WriteAsync((client, _) => client.Delete(Name, bson), cancellationToken);
    }

    public Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken)
    {
        var command = BsonWriter.Document(bson =>
        {
            bson.Field("count", Name);
            bson.Field("query", MongoFilter.Of(filter));
            bson.Field("limit", limit);
            bson.Field("maxTimeMS", (long)connection.Options.ReadLimit.TotalMilliseconds);
        });
        return limit <= 0
            ? Task.FromResult(0L)
            : connection.ReadAsync(client => BsonReader.TryFind(client.Read(command), "n"u8, out var count) ? count.WholeNumber : 0, cancellationToken);
    }

    public async Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken)
    {
        await connection.WriteAsync((client, _) =>
        {
            foreach (var specification in MongoIndex.Specifications(index))
                specification.Ensure(client, Name);
            return true;
        }, cancellationToken).ConfigureAwait(false);
        if (index.Unique)
            ImmutableInterlocked.AddOrUpdate(ref _unique, index.Name, index, (_, _) => index);
    }

    /// <summary>How the server would go about the query, as its own command explains it.</summary>
    internal Task<byte[]> ExplainAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var command = BsonWriter.Document(bson =>
        {
            var explain = bson.BeginDocument("explain"u8);
            bson.Field("find", Name);
            bson.Field("filter", MongoFilter.Of(query.Filter));
            bson.Field("sort", MongoFilter.Order(query.Sort));
            bson.Field("limit", (long)query.Limit);
            bson.End(explain);
        });
        return connection.ReadAsync(client => client.Read(command), cancellationToken);
    }

    private IReadOnlyCollection<IndexDefinition> Unique => [.. _unique.Values];

    private Task<List<T>> FindAsync<T>(byte[] filter, byte[] options, DocumentReader<T> read, CancellationToken cancellationToken) =>
        connection.ReadAsync(client =>
        {
            var found = new List<T>();
            client.Find(Name, filter, options, document => found.Add(MongoDocument.Read(document, read)));
            return found;
        }, cancellationToken);

    private byte[] FindOptions(int limit, byte[]? sort = null, string? fields = null) => BsonWriter.Document(bson =>
    {
        bson.Field("limit", (long)limit);
        bson.Field("batchSize", (long)limit);
        bson.Field("maxTimeMS", (long)connection.Options.ReadLimit.TotalMilliseconds);
        if (sort is not null)
            bson.Field("sort", sort);
        if (fields is not null)
        {
            var projection = bson.BeginDocument("projection"u8);
            bson.Field(fields, 1);
            bson.End(projection);
        }
    });

    /// <summary>The document holds what that write put there, and a majority knows it.</summary>
    private bool IsWritten(MongoClient client, ObjectId id, long write)
    {
        var filter = BsonWriter.Document(bson =>
        {
            bson.Field("_id", id);
            bson.Field(MongoDocument.OwnField + ".write", write);
        });
        var options = BsonWriter.Document(bson =>
        {
            bson.Field("limit", 1L);
            var concern = bson.BeginDocument("readConcern"u8);
            bson.Field("level", "majority");
            bson.End(concern);
        });
        var found = false;
        client.Find(Name, filter, options, _ => found = true);
        return found;
    }
}

namespace Twinrunner.Storage.Database;

/// <summary>
/// A database of named collections of documents: the small surface that SQLite and MongoDB share. A document is a JSON
/// object in UTF-8, in MongoDB's relaxed Extended JSON v2 (<c>{"$oid":…}</c>, <c>{"$date":"…Z"}</c>), with <c>_id</c>
/// (an ObjectId) and <c>revision</c> (an integer that the database counts up on every replacement). Fields that we don't
/// know survive. A write is durable when its task completes. A lost connection is waited out with backoff by the back
/// end; what can't be mended is a <see cref="DatabaseException"/>.
/// </summary>
public interface IDocumentDatabase : IAsyncDisposable
{
    /// <summary>The collection of that name; it need not exist yet.</summary>
    IDocumentCollection Collection(string name);

    /// <summary>True when other processes may write to this database, so that changes must be polled or watched for.</summary>
    bool IsShared { get; }

    /// <summary>Answers when the database does, or throws <see cref="DatabaseException"/> with a sentence to act on.</summary>
    Task PingAsync(CancellationToken cancellationToken);
}

/// <summary>One collection of documents; see <see cref="IDocumentDatabase"/> for what a document is.</summary>
public interface IDocumentCollection
{
    string Name { get; }

    /// <summary>What is read of the document with that id; null: there is none.</summary>
    Task<T?> GetAsync<T>(ObjectId id, DocumentReader<T> read, CancellationToken cancellationToken) where T : class?;

    /// <summary>The document's revision, or null: cheap, however big the document is.</summary>
    Task<long?> GetRevisionAsync(ObjectId id, CancellationToken cancellationToken);

    /// <summary>The documents with those ids, in the order of the ids; missing ones are left out.</summary>
    Task<IReadOnlyList<T>> GetManyAsync<T>(IReadOnlyCollection<ObjectId> ids, DocumentReader<T> read, CancellationToken cancellationToken);

    /// <summary>Inserts all of them in one durable group, with revision 1. False: an id or a unique index was taken, nothing was inserted.</summary>
    Task<bool> TryInsertAsync(IReadOnlyCollection<NewDocument> documents, CancellationToken cancellationToken);

    /// <summary>The documents that match, sorted and paged by the query.</summary>
    Task<IReadOnlyList<T>> FindAsync<T>(DocumentQuery query, DocumentReader<T> read, CancellationToken cancellationToken);

    /// <summary>Replaces the document if its revision is still <paramref name="revision"/>; the new revision is one higher. False: it was changed or deleted meanwhile.</summary>
    /// <exception cref="DatabaseException">The new document takes a value that a unique index keeps for another one: look before you rename.</exception>
    Task<bool> TryReplaceAsync(ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken);

    /// <summary>Deletes what matches; returns how many.</summary>
    Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken);

    /// <summary>Counts what matches, up to <paramref name="limit"/> (to ask "is there any" without counting a million).</summary>
    Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken);

    /// <summary>Creates the index if it isn't there.</summary>
    Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken);
}

/// <summary>A document to insert, its <c>_id</c> also in the JSON. <c>revision</c> is set to 1 by the database, whatever the JSON says.</summary>
public readonly record struct NewDocument(ObjectId Id, ReadOnlyMemory<byte> Json);

/// <summary>
/// Reads a document where it lies in the database's own memory: a page of a log, copied first, would be so much more garbage.
/// Runs on the database's threads, and again where a call is repeated.
/// </summary>
/// <param name="revision">0: written by ODTP, which has none.</param>
/// <param name="json">The document with <c>_id</c> and without <c>revision</c>; gone when the reader returns.</param>
public delegate T DocumentReader<out T>(ObjectId id, long revision, ReadOnlySpan<byte> json);

/// <summary>An index over paths, all ascending unless said. A sparse unique index ignores documents that lack its first path.</summary>
public sealed record IndexDefinition(string Name, IReadOnlyList<SortKey> Keys, bool Unique = false);

/// <summary>The database refused or can't be reached; the message says what to do.</summary>
public sealed class DatabaseException(string message, Exception? inner = null) : Exception(message, inner);

using System.Text.RegularExpressions;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>One table of documents; see <see cref="SqliteQuery"/> for how paths are looked up in it.</summary>
internal sealed partial class SqliteCollection : IDocumentCollection
{
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly string _get;
    private readonly string _insert;
    private readonly string _replace;
    private Task? _created;

    public SqliteCollection(string name, SqliteWriter writer, SqliteReaders readers)
    {
        if (!NamePattern().IsMatch(name))
            throw new ArgumentException($"'{name}' is not a name of a collection: a letter, then letters, digits, '-' and '_'.", nameof(name));
        Name = name;
        _writer = writer;
        _readers = readers;
        _get = $"SELECT id, revision, body FROM \"{name}\" WHERE id = ?";
        _insert = $"INSERT INTO \"{name}\" (id, revision, body) VALUES (?, 1, ?)";
        _replace = $"UPDATE \"{name}\" SET body = ?, revision = revision + 1 WHERE id = ? AND revision = ?";
    }

    public string Name { get; }

    public async Task<StoredDocument?> GetAsync(ObjectId id, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync(connection => Get(connection, id), cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredDocument>> GetManyAsync(IReadOnlyCollection<ObjectId> ids, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync<IReadOnlyList<StoredDocument>>(
            connection => InSnapshot(connection, () => ids.Select(id => Get(connection, id)).OfType<StoredDocument>().ToList()),
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryInsertAsync(IReadOnlyCollection<NewDocument> documents, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await (documents.Count == 1
            ? _writer.WriteAsync(connection => Insert(connection, documents.First()), cancellationToken)
            : _writer.WriteAtomicallyAsync(connection => documents.All(document => Insert(connection, document)), cancellationToken))
            .ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<StoredDocument>> FindAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var select = SqliteQuery.Find(Name, query);
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync<IReadOnlyList<StoredDocument>>(connection =>
        {
            var found = new List<StoredDocument>();
            using var statement = select.Prepare(connection);
            while (statement.Step())
                found.Add(Read(statement));
            return found;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryReplaceAsync(ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _writer.WriteAsync(connection =>
        {
            using var statement = connection.Prepare(_replace);
            statement.BindText(json.Span).Bind(id).Bind(revision).Step();
            return connection.Changes == 1;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken)
    {
        var delete = SqliteQuery.Delete(Name, filter);
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _writer.WriteAsync<long>(connection =>
        {
            using var statement = delete.Prepare(connection);
            statement.Step();
            return connection.Changes;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken)
    {
        var count = SqliteQuery.Count(Name, filter, limit);
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync(connection =>
        {
            using var statement = count.Prepare(connection);
            statement.Step();
            return statement.Integer(0);
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        await _writer.WriteAtomicallyAsync(connection => SqliteSchema.CreateIndex(connection, Name, index), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>How SQLite would go about the query: a line for each table and index that it walks.</summary>
    internal async Task<IReadOnlyList<string>> ExplainAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        await CreatedAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync<IReadOnlyList<string>>(connection =>
        {
            var lines = new List<string>();
            using var statement = SqliteQuery.Find(Name, query).Prepare(connection, "EXPLAIN QUERY PLAN ");
            while (statement.Step())
                lines.Add(statement.Text(3));
            return lines;
        }, cancellationToken).ConfigureAwait(false);
    }

    private Task CreatedAsync(CancellationToken cancellationToken)
    {
        // Two callers may both create it, and one that failed is tried again: creating is idempotent.
        if (_created is { IsCompletedSuccessfully: true } created)
            return created;
        return _created = _writer.WriteAsync(connection => SqliteSchema.CreateTable(connection, Name), cancellationToken);
    }

    private StoredDocument? Get(SqliteConnection connection, ObjectId id)
    {
        using var statement = connection.Prepare(_get);
        return statement.Bind(id).Step() ? Read(statement) : null;
    }

    private bool Insert(SqliteConnection connection, NewDocument document)
    {
        using var statement = connection.Prepare(_insert);
        return statement.Bind(document.Id).BindText(document.Json.Span).TryRun();
    }

    private static StoredDocument Read(SqliteStatement statement) =>
        new(ObjectId.FromBytes(statement.Bytes(0)), statement.Integer(1), statement.Bytes(2).ToArray());

    private static T InSnapshot<T>(SqliteConnection connection, Func<T> read)
    {
        connection.Execute("BEGIN");
        try
        {
            return read();
        }
        finally
        {
            connection.Execute("COMMIT");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_-]{0,62}\z")]
    private static partial Regex NamePattern();
}

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>One table of documents; see <see cref="SqliteLayout"/> for its columns.</summary>
internal sealed class SqliteCollection : IDocumentCollection
{
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly string _get;
    private readonly string _getRevision;
    private readonly Lock _gate = new();

    /// <summary>What the writer's thread has made so far, perhaps in a transaction that is not committed yet.</summary>
    private SqliteLayout? _written;

    /// <summary>What readers may rely on. It may lack a column that is there by now; its paths are then looked up in the body.</summary>
    private volatile SqliteLayout? _layout;

    public SqliteCollection(string name, SqliteWriter writer, SqliteReaders readers)
    {
        Name = DocumentPath.CheckCollection(name);
        _writer = writer;
        _readers = readers;
        _get = $"SELECT id, revision, body FROM \"{name}\" WHERE id = ?";
        _getRevision = $"SELECT revision FROM \"{name}\" WHERE id = ?";
    }

    public string Name { get; }

    public async Task<T?> GetAsync<T>(ObjectId id, DocumentReader<T> read, CancellationToken cancellationToken) where T : class?
    {
        _ = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync(connection =>
        {
            using var statement = connection.Prepare(_get);
            return statement.Bind(id).Step() ? Read(statement, read) : null;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<long?> GetRevisionAsync(ObjectId id, CancellationToken cancellationToken)
    {
        _ = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync<long?>(connection =>
        {
            using var statement = connection.Prepare(_getRevision);
            return statement.Bind(id).Step() ? statement.Integer(0) : null;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<T>> GetManyAsync<T>(IReadOnlyCollection<ObjectId> ids, DocumentReader<T> read, CancellationToken cancellationToken)
    {
        _ = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        return await _readers.ReadAsync<IReadOnlyList<T>>(connection => InSnapshot(connection, () =>
        {
            var found = new List<T>(ids.Count);
            foreach (var id in ids)
            {
                using var statement = connection.Prepare(_get);
                if (statement.Bind(id).Step())
                    found.Add(Read(statement, read));
            }
            return found;
        }), cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryInsertAsync(IReadOnlyCollection<NewDocument> documents, CancellationToken cancellationToken)
    {
        var layout = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        var rows = documents.Select(document => (Document: document, Keys: layout.ReadKeys(document.Json.Span))).ToList();
        return await (rows is [var (document, keys)]
            ? _writer.WriteAsync(connection => Insert(connection, layout, document, keys), cancellationToken)
            : _writer.WriteAtomicallyAsync(connection => rows.TrueForAll(row => Insert(connection, layout, row.Document, row.Keys)), cancellationToken))
            .ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<T>> FindAsync<T>(DocumentQuery query, DocumentReader<T> read, CancellationToken cancellationToken)
    {
        var layout = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        var select = SqliteQuery.Find(layout, Name, query);
        return await _readers.ReadAsync<IReadOnlyList<T>>(connection =>
        {
            var found = new List<T>();
            using var statement = select.Prepare(connection);
            while (statement.Step())
                found.Add(Read(statement, read));
            return found;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryReplaceAsync(ObjectId id, long revision, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        var layout = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        var keys = layout.ReadKeys(json.Span);
        return await _writer.WriteAsync(connection => Replace(connection, layout, id, revision, json, keys), cancellationToken)
            .ConfigureAwait(false);
    }

    public async Task<long> DeleteAsync(Filter filter, CancellationToken cancellationToken)
    {
        var layout = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        var delete = SqliteQuery.Delete(layout, Name, filter);
        return await _writer.WriteAsync<long>(connection =>
        {
            using var statement = delete.Prepare(connection);
            statement.Step();
            return connection.Changes;
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task<long> CountAsync(Filter filter, long limit, CancellationToken cancellationToken)
    {
        var layout = _layout ?? await LayoutAsync(cancellationToken).ConfigureAwait(false);
        var count = SqliteQuery.Count(layout, Name, filter, limit);
        return await _readers.ReadAsync(connection =>
        {
            using var statement = count.Prepare(connection);
            statement.Step();
            return statement.Integer(0);
        }, cancellationToken).ConfigureAwait(false);
    }

    public async Task EnsureIndexAsync(IndexDefinition index, CancellationToken cancellationToken)
    {
        await LayoutAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            SqliteLayout? layout = null;
            await _writer.WriteAtomicallyAsync(connection =>
            {
                layout = _written = SqliteSchema.CreateIndex(connection, Name, Written(connection), index);
                return true;
            }, cancellationToken).ConfigureAwait(false);
            lock (_gate)
                _layout = layout!.Paths.Count > _layout!.Paths.Count ? layout : _layout;
        }
        catch
        {
            _written = null; // read it again: the change was undone
            throw;
        }
    }

    /// <summary>How SQLite would go about the query: a line for each table and index that it walks.</summary>
    internal async Task<IReadOnlyList<string>> ExplainAsync(DocumentQuery query, CancellationToken cancellationToken)
    {
        var select = SqliteQuery.Find(await LayoutAsync(cancellationToken).ConfigureAwait(false), Name, query);
        return await _readers.ReadAsync<IReadOnlyList<string>>(connection =>
        {
            var lines = new List<string>();
            using var statement = select.Prepare(connection, "EXPLAIN QUERY PLAN ");
            while (statement.Step())
                lines.Add(statement.Text(3));
            return lines;
        }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The layout; creates the table when it is used for the first time.</summary>
    private async Task<SqliteLayout> LayoutAsync(CancellationToken cancellationToken)
    {
        if (_layout is { } known)
            return known;
        var layout = await _writer.WriteAsync(Written, cancellationToken).ConfigureAwait(false);
        lock (_gate)
            return _layout ??= layout;
    }

    private SqliteLayout Written(SqliteConnection connection) => _written ??= SqliteSchema.CreateTable(connection, Name);

    private bool Insert(SqliteConnection connection, SqliteLayout layout, NewDocument document, object?[] keys)
    {
        var written = Written(connection);
        using var statement = connection.Prepare(written.Insert);
        statement.Bind(document.Id).BindText(document.Json.Span);
        return statement.BindAll(Current(written, layout, document.Json, keys)).TryRun();
    }

    private bool Replace(SqliteConnection connection, SqliteLayout layout, ObjectId id, long revision, ReadOnlyMemory<byte> json, object?[] keys)
    {
        var written = Written(connection);
        using var statement = connection.Prepare(written.Replace);
        statement.BindText(json.Span).BindAll(Current(written, layout, json, keys)).Bind(id).Bind(revision).Step();
        return connection.Changes == 1;
    }

    /// <summary>The keys, read again when an index was added while the write waited.</summary>
    private static object?[] Current(SqliteLayout written, SqliteLayout layout, ReadOnlyMemory<byte> json, object?[] keys) =>
        written.Paths.Count == layout.Paths.Count ? keys : written.ReadKeys(json.Span);

    private static T Read<T>(SqliteStatement statement, DocumentReader<T> read) =>
        read(ObjectId.FromBytes(statement.Bytes(0)), statement.Integer(1), statement.Bytes(2));

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
}

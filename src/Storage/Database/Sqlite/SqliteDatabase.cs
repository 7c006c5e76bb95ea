using System.Collections.Concurrent;
using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// The embedded database: one file, for one process. Each collection is a table of documents as JSON text, with indexes on
/// expressions over it. A task of a write completes after the write-ahead log was flushed to the disk.
/// </summary>
public sealed class SqliteDatabase : IDocumentDatabase
{
    private readonly ConcurrentDictionary<string, SqliteCollection> _collections = new(StringComparer.OrdinalIgnoreCase);
    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;

    private SqliteDatabase(SqliteWriter writer, SqliteReaders readers) => (_writer, _readers) = (writer, readers);

    public bool IsShared => false;

    /// <summary>Opens the file, or creates it and its folder.</summary>
    /// <exception cref="DatabaseException">The file can't be used; the message says what to do.</exception>
    public static SqliteDatabase Open(string path)
    {
        var connections = new List<SqliteConnection>();
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
                Directory.CreateDirectory(folder);
            connections.Add(SqliteSchema.OpenWriter(path));
            for (var count = Math.Clamp(Environment.ProcessorCount, 2, 8); count > 0; count--)
                connections.Add(SqliteSchema.OpenReader(path));
        }
        catch (Exception exception)
        {
            connections.ForEach(connection => connection.Dispose());
            if (exception is IOException or UnauthorizedAccessException)
                throw SqliteErrors.Translate(path, raw.SQLITE_CANTOPEN, exception.Message);
            throw;
        }
        return new(new(connections[0]), new(connections[1..]));
    }

    public IDocumentCollection Collection(string name) =>
        _collections.GetOrAdd(name, static (name, database) => new(name, database._writer, database._readers), this);

    public Task PingAsync(CancellationToken cancellationToken) =>
        _readers.ReadAsync(connection => connection.ReadInteger("SELECT 1"), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _readers.StopAsync().ConfigureAwait(false);
        await _writer.StopAsync().ConfigureAwait(false); // last: closing the last connection folds the log into the file
    }
}

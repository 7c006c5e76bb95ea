namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>
/// The only connection that writes, on a thread of its own. All writes that wait are done in one transaction, because what
/// costs is its flush to the disk: while one group is flushed, the next one gathers. A caller hears of its write after the commit.
/// </summary>
internal sealed class SqliteWriter
{
    private readonly SqliteConnection _connection;
    private readonly WorkQueue<SqliteWork> _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SqliteWriter(SqliteConnection connection)
    {
        _connection = connection;
        new Thread(Run) { IsBackground = true, Name = "SQLite writer" }.Start();
    }

    /// <summary>Does the work, which must be a single statement or undo itself when it fails. Once begun it is not cancelled.</summary>
    public Task<T> WriteAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        var write = new SqliteWork<T>(work, cancellationToken);
        ObjectDisposedException.ThrowIf(!_queue.TryAdd(write), typeof(SqliteDatabase));
        return write.Task;
    }

    /// <summary>Does several statements as one: all of them or, when <paramref name="work"/> returns false or throws, none.</summary>
    public Task<bool> WriteAtomicallyAsync(Func<SqliteConnection, bool> work, CancellationToken cancellationToken) =>
        WriteAsync(connection => RunAtomically(connection, work), cancellationToken);

    /// <summary>Finishes what waits and closes the connection.</summary>
    public Task StopAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    private void Run()
    {
        try
        {
            var waiting = new Queue<SqliteWork>();
            var group = new List<SqliteWork>();
            while (_queue.TryTakeAll(ref waiting))
            {
                group.AddRange(waiting.Where(write => !write.IsCancelled));
                waiting.Clear();
                Commit(group);
                group.Clear();
            }
            _connection.Dispose();
            _ended.SetResult();
        }
        catch (Exception exception)
        {
            _ended.SetException(exception);
            throw; // a writer that died must not leave a process that looks alive
        }
    }

    private void Commit(List<SqliteWork> group)
    {
        if (group.Count == 0)
            return;
        try
        {
            _connection.Execute("BEGIN IMMEDIATE");
            foreach (var write in group)
            {
                // A failed statement undoes itself only, but some errors (disk full, I/O) end the whole transaction.
                if (write.Run(_connection) is { } exception && !_connection.InTransaction)
                    throw exception as DatabaseException ?? new DatabaseException(exception.Message, exception);
            }
            _connection.Execute("COMMIT");
        }
        catch (DatabaseException exception)
        {
            Rollback();
            foreach (var write in group)
                write.Fail(exception);
            return;
        }
        foreach (var write in group)
            write.Complete();
    }

    private void Rollback()
    {
        if (_connection.InTransaction)
            _connection.Execute("ROLLBACK");
    }

    private static bool RunAtomically(SqliteConnection connection, Func<SqliteConnection, bool> work)
    {
        connection.Execute("SAVEPOINT work");
        var done = false;
        try
        {
            return done = work(connection);
        }
        finally
        {
            if (connection.InTransaction)
            {
                if (!done)
                    connection.Execute("ROLLBACK TO work");
                connection.Execute("RELEASE work");
            }
        }
    }
}

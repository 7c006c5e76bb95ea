using SQLitePCL;

namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>A few connections that only read, each on a thread of its own. With a write-ahead log they neither wait for the writer nor hold it up.</summary>
internal sealed class SqliteReaders
{
    private readonly WorkQueue<SqliteWork> _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;

    public SqliteReaders(IReadOnlyCollection<SqliteConnection> connections)
    {
        _running = connections.Count;
        foreach (var connection in connections)
            new Thread(() => Run(connection)) { IsBackground = true, Name = "SQLite reader" }.Start();
    }

    /// <summary>Does the work; a cancelled query is interrupted.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        var read = new SqliteWork<T>(connection => RunInterruptibly(connection, work, cancellationToken), cancellationToken);
        ObjectDisposedException.ThrowIf(!_queue.TryAdd(read), typeof(SqliteDatabase));
        return read.Task;
    }

    /// <summary>Finishes what waits and closes the connections.</summary>
    public Task StopAsync()
    {
        _queue.Close();
        return _ended.Task;
    }

    private void Run(SqliteConnection connection)
    {
        while (_queue.TryTake(out var read))
        {
            if (read.IsCancelled)
                continue;
            read.Run(connection);
            read.Complete();
        }
        connection.Dispose();
        if (Interlocked.Decrement(ref _running) == 0)
            _ended.SetResult();
    }

    private static T RunInterruptibly<T>(SqliteConnection connection, Func<SqliteConnection, T> work, CancellationToken cancellationToken)
    {
        // Disposing the registration waits for a running interrupt, so that it can't meet the next query.
        using var registration = cancellationToken.UnsafeRegister(static state => ((SqliteConnection)state!).Interrupt(), connection);
        try
        {
            return work(connection);
        }
        catch (DatabaseException exception) when (exception.InnerException is SqliteFault { Code: raw.SQLITE_INTERRUPT })
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }
}

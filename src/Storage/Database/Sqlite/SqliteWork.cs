namespace Twinrunner.Storage.Database.Sqlite;

/// <summary>Something to do on a connection, by a thread that is not the caller's.</summary>
internal abstract class SqliteWork(CancellationToken cancellationToken)
{
    protected CancellationToken Token => cancellationToken;

    /// <summary>True when nobody wants it any more; the caller has then been told.</summary>
    public abstract bool IsCancelled { get; }

    /// <summary>Does it. What it throws is kept for <see cref="Complete"/> and returned.</summary>
    public abstract Exception? Run(SqliteConnection connection);

    /// <summary>Gives the caller the result, or what <see cref="Run"/> threw.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception exception);
}

internal sealed class SqliteWork<T>(Func<SqliteConnection, T> work, CancellationToken cancellationToken) : SqliteWork(cancellationToken)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T _result = default!;
    private Exception? _exception;

    public Task<T> Task => _completion.Task;

    public override bool IsCancelled => Token.IsCancellationRequested && _completion.TrySetCanceled(Token);

    public override Exception? Run(SqliteConnection connection)
    {
        try
        {
            _result = work(connection);
            return null;
        }
        catch (Exception exception)
        {
            return _exception = exception;
        }
    }

    public override void Complete()
    {
        if (_exception is null)
            _completion.SetResult(_result);
        else
            Fail(_exception);
    }

    public override void Fail(Exception exception)
    {
        if (exception is OperationCanceledException)
            _completion.SetCanceled(Token);
        else
            _completion.SetException(exception);
    }
}

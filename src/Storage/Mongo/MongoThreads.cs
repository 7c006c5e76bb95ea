using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Mongo;

/// <summary>Threads of our own for calls that block, as many as calls run at once and never more than connections.</summary>
internal sealed class MongoThreads(int most)
{
    private readonly WorkQueue<IWork> _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private int _threads;
    private int _busy;
    private bool _closed;

    private interface IWork
    {
        void Run();
    }

    /// <summary>
    /// Does the work. Cancelled before it began, it isn't done. Cancelled later, the caller is told at once if it
    /// <paramref name="mayLeave"/>; the call itself ends by its own limits.
    /// </summary>
    public Task<T> RunAsync<T>(Func<T> call, bool mayLeave, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<T>(cancellationToken);
        var work = new Work<T>(this, call, mayLeave, cancellationToken);
        Interlocked.Increment(ref _busy);
        ObjectDisposedException.ThrowIf(!_queue.TryAdd(work), typeof(MongoDatabase));
        StartThread();
        return work.Task;
    }

    /// <summary>Finishes what waits.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _closed = true;
            if (_threads == 0)
                _ended.TrySetResult();
        }
        _queue.Close();
        return _ended.Task;
    }

    private void StartThread()
    {
        lock (_gate)
        {
            if (_closed || _threads >= Math.Min(most, Volatile.Read(ref _busy)))
                return;
            _threads++;
            new Thread(Run, maxStackSize: 512 * 1024) { IsBackground = true, Name = "MongoDB call" }.Start();
        }
    }

    private void Run()
    {
        while (_queue.TryTake(out var work))
            work.Run();
        if (Interlocked.Decrement(ref _threads) == 0)
            _ended.TrySetResult();
    }

    private sealed class Work<T> : IWork
    {
        private readonly MongoThreads _threads;
        private readonly Func<T> _call;
        private readonly bool _mayLeave;
        private readonly CancellationTokenRegistration _cancellation;
        private readonly CancellationToken _token;
        private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _begun;

        public Work(MongoThreads threads, Func<T> call, bool mayLeave, CancellationToken cancellationToken)
        {
            (_threads, _call, _mayLeave, _token) = (threads, call, mayLeave, cancellationToken);
            _cancellation = cancellationToken.UnsafeRegister(static state => ((Work<T>)state!).Cancel(), this);
        }

        public Task<T> Task => _completion.Task;

        public void Run()
        {
            if (Interlocked.Exchange(ref _begun, 1) == 0)
                Call();
            _cancellation.Dispose();
            Interlocked.Decrement(ref _threads._busy);
        }

        private void Call()
        {
            try
            {
                _completion.TrySetResult(_call());
            }
            catch (Exception exception)
            {
                _completion.TrySetException(exception);
            }
        }

        private void Cancel()
        {
            if (Interlocked.Exchange(ref _begun, 1) == 0 || _mayLeave)
                _completion.TrySetCanceled(_token);
        }
    }
}

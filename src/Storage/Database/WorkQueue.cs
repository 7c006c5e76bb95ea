using System.Diagnostics.CodeAnalysis;

namespace Twinrunner.Storage.Database;

/// <summary>Hands work to threads that block while there is none. Calls of the databases are synchronous, so they get threads of their own and never hold one of the pool's.</summary>
internal sealed class WorkQueue<T>
{
    private readonly object _gate = new();
    private Queue<T> _pending = new();
    private bool _closed;

    /// <summary>False: the queue is closed.</summary>
    public bool TryAdd(T item)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _pending.Enqueue(item);
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>Waits for one item. False: the queue is closed and empty.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            WaitForItems();
            return _pending.TryDequeue(out item);
        }
    }

    /// <summary>Waits for items and takes all of them in exchange for an empty queue. False: the queue is closed and empty.</summary>
    public bool TryTakeAll(ref Queue<T> items)
    {
        lock (_gate)
        {
            WaitForItems();
            (_pending, items) = (items, _pending);
            return items.Count > 0;
        }
    }

    /// <summary>No more items; what is queued is still handed out.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void WaitForItems()
    {
        while (_pending.Count == 0 && !_closed)
            Monitor.Wait(_gate);
    }
}

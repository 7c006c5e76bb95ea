using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// Gives pages their ids and knows which are being stored, so that a reader of a whole execution, whose cursor is a page's
/// id, never steps over a page that got its id earlier and is stored later.
/// </summary>
internal sealed class PageOrder(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<ObjectId> _storing = [];
    private ObjectId _last;

    /// <summary>Ids come after this one, also when the clock of the process that made it was ahead.</summary>
    public void StartAfter(Id<LogPage> last)
    {
        lock (_gate)
            _last = last.Value > _last ? last.Value : _last;
    }

    /// <summary>An id greater than all before. Dispose it when the page is stored, or won't be.</summary>
    public Ticket Next()
    {
        lock (_gate)
        {
            Advance();
            _storing.Add(_last);
            return new(this, new(_last));
        }
    }

    /// <summary>Every page of this process with an id below this one is stored by now, and no further one will get such an id.</summary>
    public Id<LogPage> Settled()
    {
        lock (_gate)
        {
            if (_storing.Count > 0)
                return new(_storing.Min);
            Advance();
            return new(_last);
        }
    }

    private void Advance()
    {
        var id = ObjectId.New(time);
        _last = id > _last ? id : _last.Next();
    }

    public readonly struct Ticket(PageOrder order, Id<LogPage> id) : IDisposable
    {
        public Id<LogPage> Value => id;

        public void Dispose()
        {
            lock (order._gate)
                order._storing.Remove(id.Value);
        }
    }
}

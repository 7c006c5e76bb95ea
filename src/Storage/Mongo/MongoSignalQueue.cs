using System.Threading.Channels;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Mongo;

/// <summary>Topics that other processes don't know of yet, each once.</summary>
internal sealed class MongoSignalQueue
{
    /// <summary>In place of more topics than are worth naming.</summary>
    public const string Everything = "*";

    private const int Most = 1_000;

    private readonly Lock _gate = new();
    private readonly Channel<bool> _some = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<ChangeTopic> _topics = [];

    public void Add(ChangeTopic topic)
    {
        lock (_gate)
        {
            if (_topics.Count <= Most)
                _topics.Add(topic);
        }
        _some.Writer.TryWrite(true);
    }

    /// <summary>Waits for some, and takes all there are.</summary>
    public async Task<IReadOnlyList<string>> TakeAsync(CancellationToken cancellationToken)
    {
        await _some.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        HashSet<ChangeTopic> taken;
        lock (_gate)
            (taken, _topics) = (_topics, []);
        return taken.Count > Most ? [Everything] : [.. taken.Select(topic => topic.ToString())];
    }
}

using System.Threading.Channels;

namespace Twinrunner.Storage.Stores;

/// <summary>
/// Tells readers that there is something new to read: those in this process at once and, where the database is shared, those
/// in others through <see cref="Forward"/>. A signal carries nothing: the store is the truth, and many signals may become one.
/// </summary>
public sealed class ChangeFeed
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ChangeTopic, List<ChangeSubscription>> _subscriptions = [];

    /// <summary>Gets every topic that is signalled here, to carry it to other processes. It returns at once.</summary>
    internal Action<ChangeTopic>? Forward { get; set; }

    /// <summary>Wakes everybody who waits for the topic. Call it after the write is durable.</summary>
    public void Signal(ChangeTopic topic)
    {
        Wake(topic);
        Forward?.Invoke(topic);
    }

    /// <summary>Wakes those in this process.</summary>
    internal void Wake(ChangeTopic topic)
    {
        lock (_gate)
        {
            if (_subscriptions.TryGetValue(topic, out var subscriptions))
                subscriptions.ForEach(subscription => subscription.Wake());
        }
    }

    /// <summary>
    /// Signals count from now on. Subscribe first, then read the store, then wait: a change is then either read or waited for.
    /// Dispose it when done.
    /// </summary>
    public ChangeSubscription Subscribe(ChangeTopic topic)
    {
        var subscription = new ChangeSubscription(this, topic);
        lock (_gate)
        {
            if (!_subscriptions.TryGetValue(topic, out var subscriptions))
                _subscriptions[topic] = subscriptions = [];
            subscriptions.Add(subscription);
        }
        return subscription;
    }

    /// <summary>Wakes everybody in this process: signals of others may have been missed.</summary>
    internal void WakeAll()
    {
        lock (_gate)
        {
            foreach (var subscriptions in _subscriptions.Values)
                subscriptions.ForEach(subscription => subscription.Wake());
        }
    }

    internal int SubscriptionCount
    {
        get
        {
            lock (_gate)
                return _subscriptions.Values.Sum(subscriptions => subscriptions.Count);
        }
    }

    internal void Remove(ChangeTopic topic, ChangeSubscription subscription)
    {
        lock (_gate)
        {
            if (_subscriptions.TryGetValue(topic, out var subscriptions) && subscriptions.Remove(subscription) && subscriptions.Count == 0)
                _subscriptions.Remove(topic);
        }
    }
}

/// <summary>One reader's place at a topic; for one waiter at a time.</summary>
public sealed class ChangeSubscription : IDisposable
{
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ChangeFeed _feed;
    private readonly ChangeTopic _topic;

    internal ChangeSubscription(ChangeFeed feed, ChangeTopic topic) => (_feed, _topic) = (feed, topic);

    /// <summary>Returns when the topic was signalled since the last wait (or since subscribing).</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) =>
        await _signal.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);

    public void Dispose() => _feed.Remove(_topic, this);

    internal void Wake() => _signal.Writer.TryWrite(true);
}

using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// Waits for any of several topics, and at most for a second: signals stay in their process, and the lines may be written by
/// another one.
/// </summary>
internal sealed class ChangeWait : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    private readonly ChangeFeed _changes;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _disposed = new();
    private readonly List<ChangeSubscription> _subscriptions = [];
    private readonly List<Task> _signals = [];
    private readonly HashSet<ChangeTopic> _topics = [];

    public ChangeWait(ChangeFeed changes, TimeProvider time, params ReadOnlySpan<ChangeTopic> topics)
    {
        (_changes, _time) = (changes, time);
        foreach (var topic in topics)
            Also(topic);
    }

    /// <summary>Waits for this topic, too.</summary>
    public void Also(ChangeTopic topic)
    {
        if (!_topics.Add(topic))
            return;
        var subscription = _changes.Subscribe(topic);
        _subscriptions.Add(subscription);
        _signals.Add(subscription.WaitAsync(_disposed.Token));
    }

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny([.. _signals, Task.Delay(Longest, _time, enough.Token)]);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        for (var i = 0; i < _signals.Count; i++)
        {
            if (_signals[i].IsCompleted)
                _signals[i] = _subscriptions[i].WaitAsync(_disposed.Token);
        }
    }

    public void Dispose()
    {
        _disposed.Cancel();
        _subscriptions.ForEach(subscription => subscription.Dispose());
        _disposed.Dispose();
    }
}

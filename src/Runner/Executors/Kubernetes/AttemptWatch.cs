using System.Threading.Channels;
using Twinrunner.Runner.Kubernetes.Resources;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>What the cluster tells of one attempt. What is gone is remembered: its last state says how it ended.</summary>
internal sealed class AttemptWatch(ClusterView view, string name) : IDisposable
{
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private AttemptState _state = new(null, null);

    public string Name => name;

    public AttemptState State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    public void Dispose() => view.Leave(this);

    /// <summary>The Job that we made or found: the watch may tell of it later.</summary>
    public void Found(Job job)
    {
        lock (_gate)
            _state = _state with { Job = _state.Job ?? job };
    }

    public void Changed(IResource item, bool gone)
    {
        lock (_gate)
        {
            _state = item switch
            {
                Job job => _state with { Job = job, JobGone = gone },
                // A Job whose pod was taken away may be given another. The first is the attempt.
                Pod pod when _state.Pod is null || _state.Pod.Metadata.Uid == pod.Metadata.Uid => _state with { Pod = pod, PodGone = gone },
                _ => _state,
            };
        }
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Its pod is deleted because we want it to stop.</summary>
    public void Stopping()
    {
        lock (_gate)
            _state = _state with { Stopping = true };
    }

    public void Trouble(string message)
    {
        lock (_gate)
            _state = _state with { Trouble = message };
        _changed.Writer.TryWrite(true);
    }

    /// <summary>Returns after the next change, or after the time.</summary>
    public async Task WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, longest, Timeout.InfiniteTimeSpan);
        try
        {
            await _changed.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing changed.
        }
    }
}

/// <param name="JobGone">It was there, and was deleted.</param>
/// <param name="Stopping">Its pod is deleted by us.</param>
/// <param name="Trouble">Why the cluster can't be watched.</param>
internal sealed record AttemptState(Job? Job, Pod? Pod, bool JobGone = false, bool PodGone = false, bool Stopping = false, string? Trouble = null);

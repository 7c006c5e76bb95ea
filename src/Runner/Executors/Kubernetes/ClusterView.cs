using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>
/// This installation's Jobs and pods as the cluster last told, kept by one watch of each kind, however many attempts run. The watches
/// begin with the first attempt that is looked at.
/// </summary>
internal sealed partial class ClusterView(KubernetesApi api, string @namespace, string installation, TimeProvider time, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, ImmutableArray<AttemptWatch>> _watched = new();
    private readonly ConcurrentDictionary<string, Pod> _pods = new();
    private readonly ConcurrentDictionary<string, Job> _jobs = new();
    private readonly TaskCompletionSource _jobsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _podsKnown = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private Task? _running;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <summary>The state of one attempt, and a way to wait for its changes.</summary>
    public AttemptWatch Watch(string name)
    {
        Start();
        var watch = new AttemptWatch(this, name);
        _watched.AddOrUpdate(name, _ => [watch], (_, known) => known.Add(watch));
        if (JobOf(name) is { } job)
            watch.Changed(job, gone: false);
        if (PodOf(name) is { } pod)
            watch.Changed(pod, gone: false);
        return watch;
    }

    /// <summary>Completes when both lists have come.</summary>
    public Task KnownAsync(CancellationToken cancellationToken)
    {
        Start();
        return Task.WhenAll(_jobsKnown.Task, _podsKnown.Task).WaitAsync(cancellationToken);
    }

    public Job? JobOf(string name) => _jobs.GetValueOrDefault(name);

    /// <summary>The attempt's first pod: a Job whose pod was taken away may be given another.</summary>
    public Pod? PodOf(string job) => _pods.Values
        .Where(pod => pod.Metadata.Labels.GetValueOrDefault(JobLabels.Job) == job)
        .MinBy(pod => pod.Metadata.CreationTimestamp);

    /// <summary>Tells who follows the attempt that its pod is about to be deleted by us.</summary>
    public void Stopping(string name)
    {
        foreach (var watch in _watched.GetValueOrDefault(name, []))
            watch.Stopping();
    }

    internal void Leave(AttemptWatch watch)
    {
        while (_watched.TryGetValue(watch.Name, out var known))
        {
            var left = known.Remove(watch);
            if (left.IsEmpty ? _watched.TryRemove(new(watch.Name, known)) : _watched.TryUpdate(watch.Name, left, known))
                return;
        }
    }

    private void Start()
    {
        lock (_gate)
            _running ??= Task.WhenAll(Task.Run(() => KeepAsync(ResourceKinds.Jobs, _jobs, _jobsKnown)), Task.Run(() => KeepAsync(ResourceKinds.Pods, _pods, _podsKnown)));
    }

    private async Task KeepAsync<T>(ResourceKind<T> kind, ConcurrentDictionary<string, T> all, TaskCompletionSource known)
        where T : IResource
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await foreach (var change in api.WatchAsync(kind, @namespace, JobLabels.Own(installation), _stop.Token))
                {
                    Apply(change, all);
                    known.TrySetResult();
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
            }
            catch (KubernetesException e)
            {
                // Rights may be given later; attempts that wait meanwhile say so.
                LogNotWatching(e, kind.Plural, @namespace);
                foreach (var watch in _watched.Values.SelectMany(watches => watches))
                    watch.Trouble(e.Message);
                await ((Task)Task.Delay(AfterRefusal, time, _stop.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Apply<T>(ResourceChange<T> change, ConcurrentDictionary<string, T> all)
        where T : IResource
    {
        if (change.All is { } listed)
        {
            var there = listed.ToDictionary(item => item.Metadata.Name);
            foreach (var (name, gone) in all)
            {
                if (!there.ContainsKey(name))
                    Remove(gone, all);
            }
            foreach (var item in listed)
                Set(item, all);
        }
        else if (change.Kind == ChangeKind.Removed)
        {
            Remove(change.Item!, all);
        }
        else
        {
            Set(change.Item!, all);
        }
    }

    private void Set<T>(T item, ConcurrentDictionary<string, T> all)
        where T : IResource
    {
        all[item.Metadata.Name] = item;
        Tell(item, gone: false);
    }

    private void Remove<T>(T item, ConcurrentDictionary<string, T> all)
        where T : IResource
    {
        all.TryRemove(item.Metadata.Name, out _);
        Tell(item, gone: true);
    }

    private void Tell(IResource item, bool gone)
    {
        var name = item is Pod ? item.Metadata.Labels.GetValueOrDefault(JobLabels.Job) ?? "" : item.Metadata.Name;
        if (!_watched.TryGetValue(name, out var watches))
            return;
        foreach (var watch in watches)
            watch.Changed(item, gone);
    }

    [LoggerMessage(LogLevel.Warning, "The {Kind} of namespace {Namespace} can't be watched")]
    private partial void LogNotWatching(Exception exception, string kind, string @namespace);
}

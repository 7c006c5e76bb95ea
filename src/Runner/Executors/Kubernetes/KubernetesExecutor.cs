using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>Runs each attempt as one Job of a cluster, named by the attempt. Every runner of the installation can take it over.</summary>
internal sealed partial class KubernetesExecutor : IStepExecutor, IDisposable
{
    /// <summary>Beyond its grace period, a step that a helper should have ended is ended with its pod.</summary>
    private static readonly TimeSpan HelperDelay = TimeSpan.FromSeconds(3);

    /// <summary>No less: with nothing, an API server forgets the pod before its node has ended it.</summary>
    private static readonly TimeSpan LeastGrace = TimeSpan.FromSeconds(1);

    /// <summary>Attempts whose Secret this process has deleted: one request less where they end.</summary>
    private readonly ConcurrentDictionary<string, bool> _sealed = new();

    private readonly KubernetesApi _api;
    private readonly KubernetesExecutorOptions _options;
    private readonly ClusterView _view;
    private readonly TimeProvider _time;
    private readonly ILogger<KubernetesExecutor> _logger;

    public KubernetesExecutor(KubernetesApi api, KubernetesExecutorOptions options, TimeProvider time, ILogger<KubernetesExecutor> logger)
    {
        (_api, _options, _time, _logger) = (api, options, time, logger);
        _view = new(api, options.Namespace, options.Installation, time, logger);
    }

    public string Name => "kubernetes";

    public bool UsesFolders => _options.Shared is not null;

    public bool IsShared => true;

    public void Dispose() => _view.Dispose();

    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _api.VersionAsync(cancellationToken);
            return null;
        }
        catch (KubernetesException e)
        {
            return e.Message;
        }
    }

    /// <summary>Nodes pull by themselves, pinned where an image registry knows the name. Where none does, a node may have an image of that name.</summary>
    public async Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken) =>
        new(digest ?? (_options.FindDigest is { } find ? await find(image, cancellationToken) : null));

    public async Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken)
    {
        if (JobPlan.Refuse(plan, _options) is { } refused)
            return refused;
        OpenFolders(plan);
        try
        {
            using var watch = _view.Watch(plan.Key.Name);
            // Before the Job: a pod that doesn't find it waits for some ten seconds until it looks again.
            await EnsureAsync(ResourceKinds.Secrets, JobPlan.BuildSecret(plan, _options), cancellationToken);
            var job = await TryCreateAsync(plan, cancellationToken);
            if (job is null)
            {
                LogAdopted(plan.Key.Name);
                job = await _api.FindAsync(ResourceKinds.Jobs, _options.Namespace, plan.Key.Name, cancellationToken);
                if (job is null)
                    return StepResult.Failed(FailureReason.Infrastructure, $"The Job {plan.Key.Name} was deleted in the moment of its start.");
            }
            return await FollowAsync(plan, watch, job, default, sink, cancellationToken);
        }
        catch (KubernetesException e)
        {
            return KubernetesFailures.ToResult(e);
        }
    }

    public async Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            using var watch = _view.Watch(plan.Key.Name);
            // From the server, not from the watch: what another runner launched just now may not have come by it.
            var job = await _api.FindAsync(ResourceKinds.Jobs, _options.Namespace, plan.Key.Name, cancellationToken);
            return job is null ? null : await FollowAsync(plan, watch, job, stored, sink, cancellationToken);
        }
        catch (KubernetesException e)
        {
            return KubernetesFailures.ToResult(e);
        }
    }

    public async Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken)
    {
        using var watch = _view.Watch(step.Name);
        if (!UsesFolders)
        {
            if (await WaitsForHelperAsync(watch, grace, cancellationToken) is not { } left)
                return;
            grace = left;
        }
        _view.Stopping(step.Name);
        // First: a Job whose pod is deleted makes another one.
        if (!await _api.TryPatchAsync(ResourceKinds.Jobs, _options.Namespace, step.Name, JobPlan.NoMorePods, cancellationToken))
            return;
        if (watch.State.Pod is { } pod)
            await _api.TryDeleteAsync(ResourceKinds.Pods, _options.Namespace, pod.Metadata.Name, grace, cancellationToken);
    }

    public async Task RemoveAsync(StepKey step, CancellationToken cancellationToken)
    {
        // Its pod, Service and Ingress go with it: it owns them.
        await _api.TryDeleteAsync(ResourceKinds.Jobs, _options.Namespace, step.Name, null, cancellationToken);
        if (!_sealed.TryRemove(step.Name, out _))
            await _api.TryDeleteAsync(ResourceKinds.Secrets, _options.Namespace, step.Name, null, cancellationToken);
    }

    public async Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken)
    {
        try
        {
            await _api.CreateAsync(
                ResourceKinds.Services, _options.Namespace, JobPlan.BuildNetwork(execution.ToString(), _options.Installation), dryRun: false, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
        }
    }

    public Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) =>
        _api.TryDeleteAsync(ResourceKinds.Services, _options.Namespace, JobPlan.NetworkName(execution.ToString()), null, cancellationToken);

    public async IAsyncEnumerable<OwnedStep> ListOwnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _view.KnownAsync(cancellationToken);
        await foreach (var job in _api.ListAsync(ResourceKinds.Jobs, _options.Namespace, JobLabels.Own(_options.Installation), cancellationToken))
        {
            var state = new AttemptState(job, _view.PodOf(job.Metadata.Name));
            var running = job.Metadata.DeletionTimestamp is null && PodReading.Of(state, null, _time.GetUtcNow()) is PodReading.Waiting or PodReading.Running;
            if (job.Metadata.DeletionTimestamp is null && JobLabels.Read(job.Metadata, running) is { } step)
                yield return step;
        }
    }

    /// <summary>Null: there is a Job of that name already.</summary>
    private async Task<Job?> TryCreateAsync(StepPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await _api.CreateAsync(ResourceKinds.Jobs, _options.Namespace, JobPlan.Build(plan, _options), dryRun: false, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
            return null;
        }
    }

    private async Task<StepResult> FollowAsync(StepPlan plan, AttemptWatch watch, Job job, LogPosition stored, IStepSink sink, CancellationToken cancellationToken)
    {
        if (job.Metadata.Labels.GetValueOrDefault(JobLabels.Installation) != _options.Installation)
            return StepResult.Failed(FailureReason.Infrastructure, $"A Job named {plan.Key.Name} is there that belongs to somebody else.");
        watch.Found(job);
        var policy = _options.Policies.For(plan);
        // Also where its pod is there already: whoever made the Job may have died before it came to this.
        if (JobPlan.BuildService(plan, job) is { } service && PodReading.Of(watch.State, null, _time.GetUtcNow()) is PodReading.Waiting)
        {
            await EnsureAsync(ResourceKinds.Services, service, cancellationToken);
            if (policy.Ingress?.Build(plan, job) is { } ingress)
                await EnsureAsync(ResourceKinds.Ingresses, ingress, cancellationToken);
        }
        await _view.KnownAsync(cancellationToken);
        var hint = plan.User is null && policy.RunAsRoot != true ? new RootHint(sink, plan, _options.User) : null;
        using var serial = new SerialSink(hint ?? sink);
        var follower = new AttemptFollower(_api, _options, watch, plan, serial, _time);
        var result = await follower.FollowAsync(LogMark.Parse(stored), cancellationToken);
        if (follower.Sealed)
            _sealed[plan.Key.Name] = true;
        // What never ran must not begin now that it has failed.
        if (!result.Ran)
            await StopAsync(plan.Key, TimeSpan.Zero, cancellationToken);
        return hint?.Over(result) ?? result;
    }

    private async Task EnsureAsync<T>(ResourceKind<T> kind, T resource, CancellationToken cancellationToken)
        where T : IResource
    {
        try
        {
            await _api.CreateAsync(kind, _options.Namespace, resource, dryRun: false, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsConflict)
        {
        }
    }

    /// <summary>
    /// The helper learns of the wish from our API and ends the step, so that its outputs are still taken. Null: it has. Else it can't, and
    /// what is left of the grace period is returned.
    /// </summary>
    private async Task<TimeSpan?> WaitsForHelperAsync(AttemptWatch watch, TimeSpan grace, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        while (_time.GetElapsedTime(since) < grace + HelperDelay)
        {
            switch (PodReading.Of(watch.State, null, _time.GetUtcNow()))
            {
                case PodReading.Waiting:
                    return grace;
                case PodReading.Ended or PodReading.Lost:
                    return null;
            }
            await watch.WaitAsync(TimeSpan.FromSeconds(1), _time, cancellationToken);
        }
        return LeastGrace;
    }

    /// <summary>The step's user is seldom this process's. The folders lie below one that only we may enter.</summary>
    private static void OpenFolders(StepPlan plan)
    {
        if (plan.Folders is not { } folders)
            return;
        foreach (var folder in (string[])[folders.Input, folders.Output, folders.Logs, folders.Snapshot])
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
    }

    [LoggerMessage(LogLevel.Information, "{Job} is there already and is adopted")]
    private partial void LogAdopted(string job);
}

using Twinrunner.Runner.Executors.Probes;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>Follows one attempt from its Job to its end: what it waits for, its log, its probe, its helpers.</summary>
internal sealed class AttemptFollower(
    KubernetesApi api, KubernetesExecutorOptions options, AttemptWatch watch, StepPlan plan, IStepSink sink, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PodLog? _log;
    private Task _following = Task.CompletedTask;
    private bool _ready;
    private string? _told;
    private long? _stuckSince;
    private bool _fenced;

    /// <summary>The attempt's Secret is deleted: no other pod can begin.</summary>
    public bool Sealed { get; private set; }

    public async Task<StepResult> FollowAsync(LogMark start, CancellationToken cancellationToken)
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                var state = watch.State;
                await KeepSingleAsync(state, cancellationToken);
                switch (PodReading.Of(state, plan.Resources.Memory, time.GetUtcNow()))
                {
                    case PodReading.Waiting waiting:
                        if (await IsStuckAsync(waiting, state, cancellationToken) is { } verdict)
                            return verdict;
                        break;
                    case PodReading.Running running:
                        await StartAsync(state.Pod!, running.At, start, letGo.Token);
                        await ReadyAsync(running.Ready, cancellationToken);
                        break;
                    case PodReading.Ended ended:
                        return await EndAsync(state.Pod!, ended.Result, start, letGo.Token);
                    case PodReading.Lost lost:
                        return await LoseAsync(lost.Result, letGo.Token);
                }
                await watch.WaitAsync(Look, time, cancellationToken);
            }
        }
        finally
        {
            await letGo.CancelAsync();
            await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// A Job whose pod is deleted may be given another, which would launch the attempt a second time: on 1.20 at once, whatever its backoff limit.
    /// So it may make no more pods from then on, and one that was faster lacks what its containers need to begin.
    /// </summary>
    private async Task KeepSingleAsync(AttemptState state, CancellationToken cancellationToken)
    {
        if (state.Pod is not { } pod)
            return;
        if (!Sealed && PodReading.HasBegun(pod))
        {
            await api.TryDeleteAsync(ResourceKinds.Secrets, options.Namespace, plan.Key.Name, null, cancellationToken);
            Sealed = true;
        }
        if (!_fenced && !state.JobGone && state.Job?.Spec?.Parallelism != 0 && (state.PodGone || pod.Metadata.DeletionTimestamp is not null))
        {
            await api.TryPatchAsync(ResourceKinds.Jobs, options.Namespace, plan.Key.Name, JobPlan.NoMorePods, cancellationToken);
            _fenced = true;
        }
    }

    /// <summary>What it fails of, where it waits in vain.</summary>
    private async Task<StepResult?> IsStuckAsync(PodReading.Waiting waiting, AttemptState state, CancellationToken cancellationToken)
    {
        if (state.Pod is null)
            waiting = await WithoutPodAsync(waiting, state, cancellationToken);
        if (waiting.Activity != _told)
            await sink.ActivityAsync(_told = waiting.Activity, cancellationToken);
        _stuckSince = waiting.Verdict is null ? null : _stuckSince ?? time.GetTimestamp();
        return waiting.Hopeless || (_stuckSince is { } since && time.GetElapsedTime(since) >= options.Patience) ? waiting.Verdict : null;
    }

    /// <summary>Why a Job gets no pod is only told by events.</summary>
    private async Task<PodReading.Waiting> WithoutPodAsync(PodReading.Waiting waiting, AttemptState state, CancellationToken cancellationToken)
    {
        if (state.Trouble is { } trouble)
            return new($"waits: {trouble}", StepResult.Failed(FailureReason.Infrastructure, trouble));
        if (state.Job is not { Metadata: { CreationTimestamp: { } made, Uid: { } uid } } || time.GetUtcNow() - made < Look)
            return waiting;
        ClusterEvent? last = null;
        await foreach (var told in api.ListAsync(ResourceKinds.Events, options.Namespace, null, cancellationToken, $"involvedObject.uid={uid},type=Warning"))
            last = told;
        return last?.Message is { } message && KubernetesFailures.OfEvent(message) is { } stuck
            ? stuck
            : new(waiting.Activity, StepResult.Failed(FailureReason.Infrastructure, $"Its Job was given no pod. {last?.Message}".TrimEnd()));
    }

    private async Task StartAsync(Pod pod, DateTimeOffset? at, LogMark start, CancellationToken cancellationToken)
    {
        if (_log is not null)
            return;
        // A Service gives the ports as they are: no node publishes them.
        var ports = new ServedPorts(
            plan.Ports.Select(port => port.Container).Distinct().ToDictionary(port => port),
            $"{plan.Key.Name}.{options.Namespace}.svc.{options.ClusterDomain}",
            options.Policies.For(plan).Ingress?.AddressesOf(plan));
        await sink.StartedAsync(pod.Metadata.Name, ports, at ?? time.GetUtcNow(), cancellationToken);
        var probe = plan.ReadyProbe?.LogLine is { } pattern ? new LogLineProbe(pattern, sink) : null;
        _log = new(api, options.Namespace, pod.Metadata.Name, start, probe ?? sink, probe is null ? null : probe.ObserveAsync, time);
        _following = _log.FollowAsync(_ended.Task, cancellationToken);
    }

    private async Task ReadyAsync(bool ready, CancellationToken cancellationToken)
    {
        if (_ready || !ready || plan.ReadyProbe is null or { LogLine: not null })
            return;
        _ready = true;
        await sink.ReadyAsync(cancellationToken);
    }

    private async Task<StepResult> EndAsync(Pod pod, StepResult result, LogMark start, CancellationToken cancellationToken)
    {
        if (!result.Ran)
            return result;
        _ended.TrySetResult();
        await StartAsync(pod, result.StartedAt, start, cancellationToken);
        // Before anything may be removed, and before the helper has a reason to end the pod.
        await CompleteLogAsync(cancellationToken);
        return plan.Folders is null ? await CollectAsync(result, cancellationToken) : result;
    }

    private async Task<StepResult> LoseAsync(StepResult result, CancellationToken cancellationToken)
    {
        if (_log is not null)
            await CompleteLogAsync(cancellationToken);
        return result;
    }

    private async Task CompleteLogAsync(CancellationToken cancellationToken)
    {
        _ended.TrySetResult();
        await _following;
        await _log!.CompleteAsync(cancellationToken);
    }

    /// <summary>Waits for the helper that takes the outputs: for what it tells our API, or for its end, which its node tells a second later.</summary>
    private async Task<StepResult> CollectAsync(StepResult result, CancellationToken cancellationToken)
    {
        await sink.CollectingAsync(cancellationToken);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stored = options.Helpers!.StoredAsync(plan.Key, enough.Token);
        var ended = HelperEndAsync(result, enough.Token);
        var first = await Task.WhenAny(stored, ended);
        await enough.CancelAsync();
        await Task.WhenAll(stored, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        return first == ended ? await ended : result;
    }

    private async Task<StepResult> HelperEndAsync(StepResult result, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (state, now) = (watch.State, time.GetUtcNow());
            var helper = state.Pod?.Status?.ContainerStatuses.FirstOrDefault(container => container.Name == JobPlan.OutputsContainer)?.State;
            if (helper?.Terminated is { } end)
                return end.ExitCode == 0 ? result : NotCollected(result, PodReading.Words(end));
            if (state.PodGone || state.Pod?.Metadata.DeletionTimestamp < now)
                return NotCollected(result, "Its pod was deleted meanwhile.");
            await watch.WaitAsync(Look, time, cancellationToken);
        }
    }

    private static StepResult NotCollected(StepResult result, string why) => !result.Succeeded ? result
        : StepResult.Failed(FailureReason.OutputUpload, $"Its outputs could not be stored: {why}") with
        {
            ExitCode = result.ExitCode,
            StartedAt = result.StartedAt,
            EndedAt = result.EndedAt,
        };
}

using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>What the state of a Job and its pod means for the attempt.</summary>
internal abstract record PodReading
{
    /// <summary>It hasn't begun.</summary>
    /// <param name="Activity">What it waits for, for people.</param>
    /// <param name="Verdict">What it fails of if that goes on; null: it is on its way.</param>
    /// <param name="Hopeless">Waiting can't help.</param>
    public sealed record Waiting(string Activity, StepResult? Verdict = null, bool Hopeless = false) : PodReading;

    public sealed record Running(DateTimeOffset? At, bool Ready) : PodReading;

    /// <summary>The step's own process has ended.</summary>
    public sealed record Ended(StepResult Result) : PodReading;

    /// <summary>It is gone without an end that could be seen.</summary>
    public sealed record Lost(StepResult Result) : PodReading;

    /// <summary>After this long past its deadline, a pod that still isn't gone is on a node that doesn't answer.</summary>
    private static readonly TimeSpan NodeSilence = TimeSpan.FromSeconds(20);

    public static PodReading Of(AttemptState state, long? memoryLimit, DateTimeOffset now)
    {
        if (state.Pod is not { } pod)
            return WithoutPod(state);
        var step = pod.Status?.ContainerStatuses.FirstOrDefault(container => container.Name == JobPlan.StepContainer);
        if (step?.State.Terminated is { } end && EndedOf(end, state, memoryLimit) is { } ended)
            return ended;
        if (Taken(pod) is { } taken)
            return new Lost(taken);
        if (state.PodGone)
            return new Lost(Gone(state));
        if (pod.Metadata.DeletionTimestamp + NodeSilence < now)
            return new Lost(StepResult.Failed(FailureReason.Infrastructure, "Its node does not answer any more (NodeLost)."));
        if (step?.State.Running is { } running)
            return new Running(running.StartedAt, step.Ready);
        if (FailedHelper(pod) is { } failed)
            return new Lost(failed);
        if (pod.Status?.Phase == "Failed")
            return new Lost(StepResult.Failed(FailureReason.Infrastructure, $"Its pod failed before the step ran: {pod.Status.Reason} {pod.Status.Message}".TrimEnd(' ', ':') + "."));
        return WaitingOf(pod);
    }

    /// <summary>Every container has been started at some time: none needs anything of the cluster any more.</summary>
    public static bool HasBegun(Pod pod) =>
        pod.Status is { ContainerStatuses: { Count: > 0 } containers } && containers.Count == pod.Spec?.Containers.Count
        && containers.All(container => container.State is { Running: not null } or { Terminated: not null });

    private static PodReading WithoutPod(AttemptState state)
    {
        if (state.JobGone)
            return new Lost(Gone(state));
        var failed = state.Job?.Status?.Conditions.FirstOrDefault(condition => condition is { Type: "Failed", Status: "True" });
        if (failed is not null)
            return new Lost(StepResult.Failed(
                failed.Reason == "DeadlineExceeded" ? FailureReason.TimedOut : FailureReason.Infrastructure,
                $"The cluster gave its Job up ({failed.Reason}): {failed.Message}"));
        return state.Job?.Spec?.Parallelism == 0
            ? new Lost(StepResult.Failed(FailureReason.Infrastructure, "Its Job was stopped before its end could be seen."))
            : new Waiting("waits for its pod");
    }

    private static StepResult Gone(AttemptState state) => StepResult.Failed(
        FailureReason.Infrastructure,
        state.JobGone
            ? "Its Job was deleted (by hand, by a time to live, or with its namespace) before its end could be seen."
            : "Its pod was deleted before its end could be seen.");

    private static Ended? EndedOf(TerminatedState end, AttemptState state, long? memoryLimit)
    {
        var pod = state.Pod!;
        // Containers of a pod that is taken away are killed: the code 137 that this leaves isn't the step's own.
        if (end.ExitCode == ExitCodes.Killed && Taken(pod) is not null)
            return null;
        if (end.Reason == "ContainerStatusUnknown")
            return null;
        var (started, ended) = (end.StartedAt, end.FinishedAt > end.StartedAt ? end.FinishedAt : end.StartedAt);
        if (end.Reason is "StartError" or "ContainerCannotRun")
            return new(KubernetesFailures.NotStarted(end));
        var result = ExitCodes.ToResult(end.ExitCode, end.Reason == "OOMKilled", memoryLimit, started, ended);
        // Whatever it answers to being asked to end, it didn't come to its own end.
        return new(IsDeletedByOthers(state, end.FinishedAt)
            ? StepResult.Failed(FailureReason.Infrastructure, "Its pod was deleted while it ran.") with { ExitCode = result.ExitCode, StartedAt = result.StartedAt, EndedAt = result.EndedAt }
            : result);
    }

    private static bool IsDeletedByOthers(AttemptState state, DateTimeOffset? end) =>
        state is { Stopping: false, Pod.Metadata: { DeletionTimestamp: { } last } pod }
        && !(end < last - TimeSpan.FromSeconds(pod.DeletionGracePeriodSeconds ?? 0));

    /// <summary>The cluster took the pod off its node.</summary>
    private static StepResult? Taken(Pod pod)
    {
        var disruption = pod.Status?.Conditions.FirstOrDefault(condition => condition is { Type: "DisruptionTarget", Status: "True" });
        var reason = disruption?.Reason ?? pod.Status?.Reason;
        var message = disruption?.Message ?? pod.Status?.Message;
        return reason switch
        {
            "Evicted" or "EvictionByEvictionAPI" or "TerminationByKubelet" => StepResult.Failed(FailureReason.Evicted, $"The cluster evicted it from its node: {message}"),
            "Preempted" or "Preempting" or "PreemptionByScheduler" or "PreemptionByKubeScheduler" => StepResult.Failed(FailureReason.Evicted, $"It had to make room for a pod of higher priority (Preempted): {message}"),
            "DeletionByTaintManager" => StepResult.Failed(FailureReason.Evicted, $"Its node was tainted, and the cluster took it off: {message}"),
            "NodeLost" or "NodeShutdown" or "Shutdown" or "Terminated" or "DeletionByPodGC" => StepResult.Failed(FailureReason.Infrastructure, $"Its node went away ({reason}): {message}"),
            "DeadlineExceeded" => StepResult.Failed(FailureReason.TimedOut, $"The cluster ended it at a deadline that it set itself: {message}"),
            _ => null,
        };
    }

    private static StepResult? FailedHelper(Pod pod)
    {
        var inputs = pod.Status?.InitContainerStatuses.FirstOrDefault(container => container.State.Terminated is { ExitCode: not 0 });
        return inputs?.State.Terminated is { } end
            ? StepResult.Failed(FailureReason.Infrastructure, $"Its inputs could not be staged: {Words(end)}")
            : null;
    }

    internal static string Words(TerminatedState end) =>
        end.Message?.Trim() is { Length: > 0 } message ? message : $"{end.Reason} (exit code {end.ExitCode}).";

    private static Waiting WaitingOf(Pod pod)
    {
        var containers = pod.Status is { } status ? status.InitContainerStatuses.Concat(status.ContainerStatuses) : [];
        foreach (var container in containers)
        {
            if (container.State.Waiting is { Reason: { } reason } waiting && KubernetesFailures.OfWaiting(reason, waiting.Message) is { } stuck)
                return stuck;
        }
        var scheduled = pod.Status?.Conditions.FirstOrDefault(condition => condition.Type == "PodScheduled");
        if (scheduled is { Status: "False" })
            return new($"waits for a node: {scheduled.Message}", StepResult.Failed(FailureReason.Unschedulable, $"No node of the cluster can take it: {scheduled.Message}"));
        return new(pod.Status?.InitContainerStatuses is [{ State.Running: not null }, ..] ? "staging inputs" : "starting");
    }
}

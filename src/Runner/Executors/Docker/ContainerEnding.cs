using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>What is done once a container has ended: its files are made ours, its snapshot is taken, its end becomes a result.</summary>
internal sealed class ContainerEnding(DockerEngine engine, DockerOptions options)
{
    private readonly FolderTakeover _folders = new(engine);
    private readonly WorkdirSnapshot _snapshot = new(engine, options);

    public async Task<StepResult> CompleteAsync(StepPlan plan, ContainerEnd end, IStepSink sink, CancellationToken cancellationToken)
    {
        // Somebody who removes a running container kills it first: the code 137 that it leaves is not its own.
        if (end.Container is not { State.Status: not ("removing" or "dead") } container)
            return StepResult.Failed(FailureReason.Infrastructure, $"The container {plan.Key.Name} was removed before its end could be seen.");
        var result = await ToResultAsync(plan, container, end.Interrupted, sink, cancellationToken);
        if (plan.Folders is not { } folders)
            return result;
        try
        {
            await _folders.TakeAsync(container.Id, folders, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return result.Succeeded ? FailedAfter(result, FailureReason.Infrastructure, $"What the step left can't be read: {e.Message}") : result;
        }
        if (plan.Snapshot && await _snapshot.CopyAsync(container.Id, folders.Snapshot, sink, cancellationToken) is { } fault && result.Succeeded)
            return FailedAfter(result, FailureReason.OutputUpload, fault);
        return result;
    }

    private static StepResult FailedAfter(StepResult ended, FailureReason reason, string message) =>
        StepResult.Failed(reason, message) with { ExitCode = ended.ExitCode, StartedAt = ended.StartedAt, EndedAt = ended.EndedAt };

    private static async Task<StepResult> ToResultAsync(
        StepPlan plan, EngineContainer container, bool interrupted, IStepSink sink, CancellationToken cancellationToken)
    {
        var state = container.State;
        // The engine takes the two times at different places: one that ends at once may have "ended" before it "started".
        var endedAt = state.FinishedAt > state.StartedAt ? state.FinishedAt : state.StartedAt;
        var result = ExitCodes.ToResult(state.ExitCode, state.OomKilled, plan.Resources.Memory, state.StartedAt, endedAt);
        if (result.Succeeded && state.OomKilled)
            await sink.SayAsync("warning: a process of this step was killed at the memory limit, and the step went on and succeeded without it", cancellationToken);
        // An engine that is restarted ends its containers; that is no failure of the step.
        return interrupted && result.Reason == FailureReason.ExitCode && state.ExitCode is ExitCodes.Killed or ExitCodes.Terminated or 255
            ? FailedAfter(result, FailureReason.Infrastructure, $"The engine went away and came back, and the container ended with it (exit code {state.ExitCode}).")
            : result;
    }
}

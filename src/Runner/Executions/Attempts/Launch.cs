using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>An attempt at its executor, stopped when somebody asks for that.</summary>
internal sealed record Launch(IStepExecutor Executor, StepPlan Plan, AttemptSink Sink, StopSource Stop)
{
    /// <summary>Runs or attaches to the attempt and returns its result; null: there was nothing to attach to.</summary>
    /// <param name="mayLetGo">Before it runs (its image is still being pulled), stopping means letting go of it.</param>
    public async Task<StepResult?> FollowAsync(
        Func<CancellationToken, Task<StepResult?>> follow,
        bool mayLetGo,
        CancellationToken cancellationToken)
    {
        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempt = follow(running.Token);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = Stop.Requested.Register(() => asked.TrySetResult());
        if (await Task.WhenAny(attempt, asked.Task) == attempt)
            return await attempt;

        if (!mayLetGo || Sink.Started.IsCompleted)
        {
            if (!Executor.UsesFolders)
                await Sink.StoppingAsync(Stop.Request!, cancellationToken);
            await Executor.StopAsync(Plan.Key, Plan.Grace, cancellationToken);
            return await attempt;
        }
        await running.CancelAsync();
        await ((Task)attempt).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // It may have started in just this moment.
        await Executor.StopAsync(Plan.Key, Plan.Grace, cancellationToken);
        return attempt.IsCompletedSuccessfully ? await attempt : StepResult.Failed(FailureReason.Cancelled, "It was stopped before it ran.");
    }
}

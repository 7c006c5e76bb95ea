using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>Ends an attempt: stores what it left, decides whether another one follows, and moves the execution on.</summary>
internal sealed class StepCompletion(
    OutputCollector collector,
    WorkFolders folders,
    NodeIdentity node,
    ExecutionStore executions,
    EventPublisher events,
    ExecutionAdvancer advancer,
    ChangeFeed changes,
    StepMeters meters,
    TimeProvider time)
{
    /// <summary>Stores the outputs of an attempt that ran, also of one that failed.</summary>
    public async Task<StepEnd> CollectAsync(
        HeldStep held,
        PreparedStep prepared,
        StepResult result,
        StopSource stop,
        IStepSink sink,
        CancellationToken cancellationToken)
    {
        return result.Ran && prepared.Plan is { } plan
            ? await CollectAsync(held, new(held.Step.Attempt, plan.Folders, prepared.Inputs, result), stop, sink, cancellationToken)
            : EndOf(result);
    }

    /// <summary>Stores what an earlier attempt left on this node, if it did. Null: there is nothing, the step has to run.</summary>
    public async Task<StepEnd?> CollectKeptAsync(HeldStep held, StopSource stop, IStepSink sink, CancellationToken cancellationToken)
    {
        if (held.Step.Kept is not { } kept || kept.Node != node.Id || folders.Find(new(held.Step.Id, kept.Attempt)) is not { } places)
            return null;
        await sink.SayAsync($"Attempt {kept.Attempt} has run; what it left is stored now, and nothing runs again.", cancellationToken);
        var result = StepResult.Success(kept.StartedAt, kept.EndedAt) with { ExitCode = kept.ExitCode };
        return await CollectAsync(held, new(kept.Attempt, places, ResolvedInputs.Of([]), result), stop, sink, cancellationToken);
    }

    private async Task<StepEnd> CollectAsync(HeldStep held, RanAttempt ran, StopSource stop, IStepSink sink, CancellationToken cancellationToken)
    {
        var (result, end) = (ran.Result, EndOf(ran.Result));
        var collected = ran.Folders is { } places
            ? await StoreAsync(held, ran, places, stop, sink, cancellationToken)
            : await collector.CollectStoredAsync(held.Step, cancellationToken);
        foreach (var warning in collected.Warnings)
            await sink.SayAsync(warning, cancellationToken);
        end = end with { Output = collected.Main?.Id, OutputValues = collected.Values };
        return collected.Succeeded || !result.Succeeded
            ? end
            : end with
            {
                Status = StepStatus.Failed,
                Reason = collected.Reason,
                Message = collected.Message,
                Kept = ran.Folders is not null && collected.CanTryAgain ? new(node.Id, ran.Attempt, result.ExitCode, result.StartedAt, result.EndedAt) : null,
            };
    }

    private async Task<CollectResult> StoreAsync(
        HeldStep held, RanAttempt ran, StepFolders places, StopSource stop, IStepSink sink, CancellationToken cancellationToken)
    {
        if (!OutputCollector.IsEmpty(places) && await held.CollectingAsync(cancellationToken))
            await events.PublishAsync(held.Step, cancellationToken);
        using var patience = collector.Patience(told => sink.ActivityAsync(told, cancellationToken).AsTask(), stop.Cancelled);
        return await collector.CollectAsync(held.Step, ran.Attempt, places, ran.Inputs, patience, cancellationToken);
    }

    public StepEnd EndOf(StepResult result) => new(
        result.Reason switch { null => StepStatus.Succeeded, FailureReason.Cancelled => StepStatus.Cancelled, _ => StepStatus.Failed },
        result.EndedAt ?? time.GetUtcNow())
    {
        Reason = result.Reason,
        Message = result.Message,
        ExitCode = result.ExitCode,
        StartedAt = result.StartedAt,
    };

    /// <summary>Writes the end, or that another attempt follows. False: the lease was lost, nothing was written.</summary>
    public async Task<bool> CompleteAsync(HeldStep held, StepEnd end, CancellationToken cancellationToken)
    {
        if (end.Status == StepStatus.Failed && end.Reason is { } reason
            && RetryPolicy.Decide(held.Step, reason, end.ExitCode, Random.Shared.NextDouble()) is { } again
            && await MayStartAsync(held.Step, cancellationToken))
        {
            if (!await held.RetryAsync(end, time.GetUtcNow() + again.Backoff, again.CountsAgainstUser, cancellationToken))
                return false;
            meters.Ended(end);
            await events.PublishRetryAsync(held.Step, cancellationToken);
            changes.Signal(ChangeTopic.Queue);
            return true;
        }
        if (!await held.EndAsync(end, cancellationToken))
            return false;
        meters.Ended(end);
        await events.PublishAsync(held.Step, cancellationToken);
        await advancer.StepEndedAsync(held.Step, cancellationToken);
        return true;
    }

    private async Task<bool> MayStartAsync(Step step, CancellationToken cancellationToken) =>
        await executions.GetAsync(step.ExecutionRef, cancellationToken) is { CancelRequestedAt: null };

    /// <param name="Folders">Null: its executor has stored what it left.</param>
    private sealed record RanAttempt(int Attempt, StepFolders? Folders, ResolvedInputs Inputs, StepResult Result);
}

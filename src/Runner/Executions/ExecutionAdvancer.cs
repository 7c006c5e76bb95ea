using System.Collections.Concurrent;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>
/// Moves an execution on after something in it changed: releases the steps that wait for nothing more, skips those that can't
/// run, stops background steps that nobody needs, and ends the execution. Everything here may be done again, by anybody, at
/// any time: after a crash it simply is. The cost of an ended step is the number of its dependents.
/// </summary>
public sealed class ExecutionAdvancer(
    ExecutionStore executions,
    StepStore steps,
    EventPublisher events,
    ChangeFeed changes,
    ParallelLimits limits)
{
    private const int Page = 500;
    private const int AtOnce = 64;

    /// <summary>Releases everything in the execution that waits for nothing, and ends it if nothing is left.</summary>
    public async Task AdvanceAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        if (await executions.GetAsync(id, cancellationToken) is not { } execution || execution.Status.IsFinal())
            return;
        if (StartsNothing(execution))
            await EndWaitingAsync(execution, cancellationToken);
        if (execution.Status != ExecutionStatus.Paused)
            await ReleaseWaitingAsync(execution, cancellationToken);
        await TryEndExecutionAsync(id, cancellationToken);
    }

    /// <summary>A background step answers its probe: those that need it may start.</summary>
    public async Task StepReadyAsync(Step ready, CancellationToken cancellationToken)
    {
        if (await executions.GetAsync(ready.ExecutionRef, cancellationToken) is { } execution)
            await UnblockDependentsAsync(execution, ready, new(), cancellationToken);
    }

    /// <summary>A step has ended, in whatever way.</summary>
    public async Task StepEndedAsync(Step ended, CancellationToken cancellationToken)
    {
        var execution = await executions.GetAsync(ended.ExecutionRef, cancellationToken);
        if (execution is null || execution.Status.IsFinal())
            return;

        if (ended.Status == StepStatus.Failed && !execution.KeepGoing
            && await executions.TryMarkFailingAsync(execution.Id, ended, cancellationToken) is { } failing)
        {
            execution = failing;
            await EndWaitingAsync(execution, cancellationToken);
        }

        // Work list, not recursion: a skipped step ends too, and a chain may be long.
        var work = new ConcurrentQueue<Step>([ended]);
        var leafEnded = false;
        while (work.TryDequeue(out var step))
        {
            leafEnded |= step.Dependents.Count == 0 || step.Spec.Background;
            await UnblockDependentsAsync(execution, step, work, cancellationToken);
            await StopUnneededAsync(step, cancellationToken);
        }

        if (execution.MaxParallel is not null && execution.Status != ExecutionStatus.Paused)
            await ReleaseWaitingAsync(execution, cancellationToken);
        // Once nothing starts any more, its dependents may have ended before it did.
        if (leafEnded || StartsNothing(execution))
            await TryEndExecutionAsync(execution.Id, cancellationToken);
    }

    /// <summary>Ends what has not started, because the execution is cancelled or failing.</summary>
    public async Task EndWaitingAsync(Execution execution, CancellationToken cancellationToken)
    {
        foreach (var status in (StepStatus[])[StepStatus.Queued, StepStatus.Pending])
        {
            Id<Step>? after = null;
            while (true)
            {
                var page = await steps.FindAsync(execution.Id, status, after, Page, cancellationToken);
                await ForEachAsync(page, async (step, token) => await TryRefuseAsync(execution, step, token), cancellationToken);
                if (page.Count < Page)
                    break;
                after = page[^1].Id;
            }
        }
        await TryEndExecutionAsync(execution.Id, cancellationToken);
    }

    /// <summary>Makes up for what a process that died in between did not come to do.</summary>
    public async Task RecoverAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        Id<Step>? after = null;
        while (true)
        {
            var page = await steps.FindAsync(id, StepStatus.Pending, after, Page, cancellationToken);
            foreach (var step in page.Where(step => step.WaitingCount > 0))
            {
                foreach (var awaited in await steps.GetManyAsync(step.WaitingFor, cancellationToken))
                {
                    if (awaited.Status.IsFinal() || awaited.Status == StepStatus.Ready)
                        await steps.TryUnblockAsync(step.Id, awaited.Id, cancellationToken);
                }
            }
            if (page.Count < Page)
                break;
            after = page[^1].Id;
        }
        await AdvanceAsync(id, cancellationToken);
    }

    private Task UnblockDependentsAsync(Execution execution, Step step, ConcurrentQueue<Step> work, CancellationToken cancellationToken) =>
        ForEachAsync(step.Dependents, async (dependent, token) =>
        {
            if (await steps.TryUnblockAsync(dependent, step.Id, token) is { } free && await ReleaseAsync(execution, free, token) is { } ended)
                work.Enqueue(ended);
        }, cancellationToken);

    /// <summary>Many at a time: the database groups their writes.</summary>
    private static async Task ForEachAsync<T>(IReadOnlyCollection<T> items, Func<T, CancellationToken, ValueTask> act, CancellationToken cancellationToken)
    {
        if (items.Count == 1)
            await act(items.First(), cancellationToken);
        else if (items.Count > 1)
            await Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken }, act);
    }

    private async Task ReleaseWaitingAsync(Execution execution, CancellationToken cancellationToken)
    {
        var ended = new ConcurrentQueue<Step>();
        Id<Step>? after = null;
        while (true)
        {
            var page = await steps.FindReleasableAsync(execution.Id, after, Page, cancellationToken);
            if (execution.MaxParallel is { } most && await steps.CountStartedAsync(execution.Id, most, cancellationToken) >= most)
                return;
            await ForEachAsync(execution.MaxParallel is { } few ? [.. page.Take(few)] : page, async (step, token) =>
            {
                if (await ReleaseAsync(execution, step, token) is { } skipped)
                    ended.Enqueue(skipped);
            }, cancellationToken);
            while (ended.TryDequeue(out var step))
                await UnblockDependentsAsync(execution, step, ended, cancellationToken);
            if (page.Count < Page)
                return;
            after = page[^1].Id;
        }
    }

    /// <summary>Queues a step that waits for nothing, or ends it when it can't run: then it is returned.</summary>
    private async Task<Step?> ReleaseAsync(Execution execution, Step step, CancellationToken cancellationToken)
    {
        if (await TryRefuseAsync(execution, step, cancellationToken) is { } refused)
            return refused;
        if (step.DependsOn.Count > 0 || step.Spec.When is not null)
        {
            var dependencies = await steps.GetManyAsync(step.DependsOn, cancellationToken);
            if (StepCondition.Refusal(execution, step, dependencies) is { } why)
                return await EndAsync(step, StepStatus.Skipped, null, why, cancellationToken);
        }
        if (execution.Status == ExecutionStatus.Paused)
            return null;

        using (await limits.EnterAsync(execution, cancellationToken))
        {
            if (execution.MaxParallel is { } most && await steps.CountStartedAsync(execution.Id, most, cancellationToken) >= most)
                return null;
            if (await steps.TryQueueAsync(step.Id, cancellationToken) is { } queued)
            {
                changes.Signal(ChangeTopic.Queue);
                await events.PublishAsync(queued, cancellationToken);
            }
        }
        return null;
    }

    /// <summary>Ends a step that has not started when its execution starts nothing more.</summary>
    private async Task<Step?> TryRefuseAsync(Execution execution, Step step, CancellationToken cancellationToken)
    {
        if (execution.CancelRequestedAt is not null)
            return await EndAsync(step, StepStatus.Cancelled, execution.CancelReason, execution.CancelMessage, cancellationToken);
        // A step with a condition may be there for just this case: it is asked when what it needs has ended.
        return execution is { FailedStep: not null, KeepGoing: false } && step.Spec.When is null
            ? await EndAsync(step, StepStatus.Skipped, null, "an earlier step failed", cancellationToken)
            : null;
    }

    private async Task<Step?> EndAsync(
        Step step,
        StepStatus status,
        FailureReason? reason,
        string? message,
        CancellationToken cancellationToken)
    {
        var ended = await steps.TryEndUnheldAsync(step.Id, status, reason, message, cancellationToken);
        if (ended is not null)
            await events.PublishAsync(ended, cancellationToken);
        return ended;
    }

    /// <summary>Stops the background steps that served the ended one, if it was the last that they served.</summary>
    private async Task StopUnneededAsync(Step ended, CancellationToken cancellationToken)
    {
        if (ended.DependsOn.Count == 0)
            return;
        foreach (var server in await steps.GetManyAsync(ended.DependsOn, cancellationToken))
        {
            if (!server.Spec.Background || !server.Status.IsActive())
                continue;
            var served = await steps.GetManyAsync(server.Dependents, cancellationToken);
            if (served.All(step => step.Status.IsFinal()))
                await StopAsync(server.Id, new(null, "the steps that it served have ended", server.UpdatedAt), cancellationToken);
        }
    }

    /// <summary>Asks whoever drives the step to stop it. Null: nobody does.</summary>
    public async Task<Step?> StopAsync(Id<Step> step, StopRequest stop, CancellationToken cancellationToken)
    {
        var asked = await steps.TryRequestStopAsync(step, stop, cancellationToken);
        if (asked is not null)
            changes.Signal(ChangeTopic.StepStop(step));
        return asked;
    }

    private async Task TryEndExecutionAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        if (!await steps.AllEndedAsync(id, cancellationToken)
            || await executions.GetAsync(id, cancellationToken) is not { } execution
            || execution.Status.IsFinal())
            return;

        var failed = await steps.FindAsync(id, StepStatus.Failed, null, 1, cancellationToken);
        var (status, message) = (execution.CancelRequestedAt, failed) switch
        {
            (not null, _) => (ExecutionStatus.Cancelled, execution.CancelMessage),
            (null, [var step, ..]) => (ExecutionStatus.Failed, execution.Message ?? $"Step '{step.Name}' failed: {step.Message}"),
            _ when await steps.CountAsync(id, StepStatus.Cancelled, 1, cancellationToken) > 0 =>
                (ExecutionStatus.Cancelled, "A step was cancelled."),
            _ => (ExecutionStatus.Succeeded, null),
        };
        if (await executions.TryEndAsync(id, status, message, cancellationToken) is { } ended)
        {
            limits.Forget(id);
            await events.PublishAsync(ended, ended.Status.ToString().ToLowerInvariant(), cancellationToken);
        }
    }

    private static bool StartsNothing(Execution execution) =>
        execution.CancelRequestedAt is not null || execution is { FailedStep: not null, KeepGoing: false };
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Executions.Attempts;
using Twinrunner.Runner.Nodes;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>
/// Claims queued steps that this node can run and has room for, by priority and age, and drives each in a task of its own.
/// At start it takes up the steps that it held in its earlier life. At shutdown it lets go of them; they run on.
/// </summary>
internal sealed partial class Scheduler(
    StepStore steps,
    ExecutionStore executions,
    StepRunner runner,
    HeldSteps heldSteps,
    NodeIdentity node,
    NodeBudget budget,
    NodeLoad load,
    EventPublisher events,
    ExecutionAdvancer advancer,
    ChangeFeed changes,
    StepMeters meters,
    SchedulerOptions options,
    TimeProvider time,
    ILogger<Scheduler> logger) : BackgroundService
{
    private const int FewestCandidates = 16;
    private const int MostCandidates = 256;
    private const int AdoptPage = 200;

    private readonly ConcurrentDictionary<Task, bool> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var queue = changes.Subscribe(ChangeTopic.Queue);
        try
        {
            await AdoptOwnAsync(stoppingToken);
            while (true)
            {
                if (!await ClaimAsync(stoppingToken))
                    await WaitAsync(queue, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            await Task.WhenAll(_running.Keys);
        }
    }

    /// <summary>Drives a step whose runner is gone from where it stands.</summary>
    public async Task<bool> TryAdoptAsync(Step step, CancellationToken shutdown)
    {
        if (heldSteps.Contains(step.Id) || await steps.TryAdoptAsync(step, node.Id, options.LeaseDuration, shutdown) is not { } held)
            return false;
        LogAdopted(step.Name, step.Id, step.Attempt);
        Drive(held, budget.Take(step), adopted: true, shutdown);
        return true;
    }

    private async Task AdoptOwnAsync(CancellationToken cancellationToken)
    {
        while (await steps.FindHeldByAsync(node.Id, AdoptPage, cancellationToken) is { Count: > 0 } page)
        {
            var adopted = 0;
            foreach (var step in page)
                adopted += await TryAdoptAsync(step, cancellationToken) ? 1 : 0;
            if (page.Count < AdoptPage || adopted == 0)
                break;
        }
    }

    /// <summary>Claims what fits now. False: there was nothing to claim.</summary>
    private async Task<bool> ClaimAsync(CancellationToken cancellationToken)
    {
        var candidates = await steps.FindClaimableAsync(
            Math.Clamp(budget.FreeSlots * 2, FewestCandidates, MostCandidates), cancellationToken);
        if (candidates.Count == 0)
            return false;
        var owners = (await executions.GetManyAsync([.. candidates.Select(step => step.ExecutionRef).Distinct()], cancellationToken))
            .ToDictionary(execution => execution.Id);

        var claims = new List<Task<bool>>();
        foreach (var step in candidates)
        {
            if (owners.GetValueOrDefault(step.ExecutionRef) is not { } execution || !MayStart(execution, step))
                claims.Add(SetAsideAsync(step, owners.GetValueOrDefault(step.ExecutionRef), cancellationToken));
            else if (budget.Unfit(step) is { } why)
                claims.Add(DeferAsync(step, why, cancellationToken));
            else if (budget.TryTake(step) is { } share)
                claims.Add(ClaimAsync(step, execution, share, cancellationToken));
        }
        return (await Task.WhenAll(claims)).Any(claimed => claimed);
    }

    private async Task<bool> ClaimAsync(Step step, Execution execution, IDisposable share, CancellationToken cancellationToken)
    {
        if (await steps.TryClaimAsync(step, node.Id, options.LeaseDuration, cancellationToken) is not { } held)
        {
            share.Dispose();
            return true; // somebody else was faster: look again
        }
        if (execution.Status == ExecutionStatus.Queued && await executions.TryStartAsync(execution.Id, cancellationToken) is { } started)
            await events.PublishAsync(started, "running", cancellationToken);
        meters.Claimed(step, time.GetUtcNow());
        Drive(held, share, adopted: false, cancellationToken);
        return true;
    }

    private void Drive(HeldStep held, IDisposable share, bool adopted, CancellationToken shutdown)
    {
        heldSteps.TryAdd(held);
        load.Started();
        var task = Task.Run(async () =>
        {
            try
            {
                await runner.RunAsync(held, adopted, shutdown);
            }
            finally
            {
                heldSteps.Remove(held);
                held.Dispose();
                share.Dispose();
                load.Ended();
                changes.Signal(ChangeTopic.Queue);
            }
        }, CancellationToken.None);
        _running[task] = true;
        task.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>A step that was queued while its execution was paused, cancelled or began to fail.</summary>
    private async Task<bool> SetAsideAsync(Step step, Execution? execution, CancellationToken cancellationToken)
    {
        if (execution is null)
            // Its execution is about to be stored, or never was because the process died before.
            return await DeferAsync(step, "its execution is not stored yet", cancellationToken);
        await steps.TryHoldBackAsync(step.Id, cancellationToken);
        await advancer.AdvanceAsync(execution.Id, cancellationToken);
        return true;
    }

    private async Task<bool> DeferAsync(Step step, string why, CancellationToken cancellationToken)
    {
        if (await steps.TryDeferAsync(step.Id, $"waits: {why}", time.GetUtcNow() + options.UnfitDelay, cancellationToken) is { } deferred)
            await events.PublishActivityAsync(deferred, cancellationToken);
        return true;
    }

    private async Task WaitAsync(ChangeSubscription queue, CancellationToken cancellationToken)
    {
        using var poll = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => poll.Cancel(), null, options.PollInterval, Timeout.InfiniteTimeSpan);
        try
        {
            await queue.WaitAsync(poll.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing was announced; a retry may be due all the same.
        }
    }

    private static bool MayStart(Execution execution, Step step) =>
        execution.Status is ExecutionStatus.Queued or ExecutionStatus.Running
        && execution.CancelRequestedAt is null
        && (execution.FailedStep is null || execution.KeepGoing || step.Spec.When is not null);

    [LoggerMessage(LogLevel.Information, "Takes up step {Name} ({Id}) again, attempt {Attempt}")]
    private partial void LogAdopted(string name, Id<Step> id, int attempt);
}

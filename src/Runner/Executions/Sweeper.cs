using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Executions.Attempts;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>Looks for what nobody else would notice: time limits that passed, runners that died, executions that stand still, containers left over.</summary>
internal sealed partial class Sweeper(
    StepStore steps,
    ExecutionStore executions,
    ExecutionService service,
    ExecutionAdvancer advancer,
    StepCompletion completion,
    Scheduler scheduler,
    HeldSteps heldSteps,
    NodeIdentity node,
    ExecutorSet executors,
    WorkFolders folders,
    EventPublisher events,
    SchedulerOptions options,
    TimeProvider time,
    ILogger<Sweeper> logger) : BackgroundService
{
    private const int Page = 100;

    /// <summary>How long outputs that could not be stored wait for somebody who resumes their execution.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(14);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await RecoverAsync(onlyStandingStill: false, stoppingToken);
        await RemoveLeftOversAsync(stoppingToken);
        await RemoveFoldersAsync(stoppingToken);
        var (recovered, removed) = (time.GetUtcNow(), time.GetUtcNow());
        using var timer = new PeriodicTimer(options.PollInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await EndOverdueAsync(stoppingToken);
            await EndWaitedTooLongAsync(stoppingToken);
            await TakeOverExpiredAsync(stoppingToken);
            var now = time.GetUtcNow();
            if (now - recovered >= options.StandstillInterval)
            {
                await RecoverAsync(onlyStandingStill: true, stoppingToken);
                recovered = now;
            }
            if (now - removed >= options.OrphanInterval)
            {
                await RemoveLeftOversAsync(stoppingToken);
                await RemoveFoldersAsync(stoppingToken);
                removed = now;
            }
        }
    }

    private async Task EndOverdueAsync(CancellationToken cancellationToken)
    {
        foreach (var execution in await executions.FindOverdueAsync(Page, cancellationToken))
            await service.TimeOutAsync(execution, cancellationToken);
    }

    private async Task EndWaitedTooLongAsync(CancellationToken cancellationToken)
    {
        foreach (var step in await steps.FindWaitedTooLongAsync(Page, cancellationToken))
        {
            var (reason, why) = step.Activity is { } activity
                ? (FailureReason.Unschedulable, activity)
                : (FailureReason.TimedOut, "no node had room for it");
            var message = $"it waited longer than its limit of {step.Spec.Timeouts.Queued:c}; {why}";
            if (await steps.TryEndUnheldAsync(step.Id, StepStatus.Failed, reason, message, cancellationToken) is not { } ended)
                continue;
            await events.PublishAsync(ended, cancellationToken);
            await advancer.StepEndedAsync(ended, cancellationToken);
        }
    }

    private async Task TakeOverExpiredAsync(CancellationToken cancellationToken)
    {
        foreach (var step in await steps.FindExpiredAsync(Page, cancellationToken))
        {
            if (heldSteps.Contains(step.Id))
                continue; // our own, renewed late
            if (step.Lease!.Node == node.Id || executors.For(step.Spec).IsShared)
                await scheduler.TryAdoptAsync(step, cancellationToken);
            else
                await GiveUpAttemptAsync(step, cancellationToken);
        }
    }

    /// <summary>Its container is on a node that doesn't answer: the attempt is lost and another one is due.</summary>
    private async Task GiveUpAttemptAsync(Step step, CancellationToken cancellationToken)
    {
        using var held = await steps.TryAdoptAsync(step, node.Id, options.LeaseDuration, cancellationToken);
        if (held is null)
            return;
        LogLost(step.Name, step.Id, step.Lease!.Node);
        var end = completion.EndOf(StepResult.Failed(FailureReason.LeaseLost, $"The node {step.Lease.Node} that ran it has not been heard of since {step.Lease.ExpiresAt:u}."));
        await completion.CompleteAsync(held, end, cancellationToken);
    }

    private async Task RecoverAsync(bool onlyStandingStill, CancellationToken cancellationToken)
    {
        Id<Execution>? after = null;
        while (true)
        {
            var page = await executions.FindOpenAsync(after, Page, cancellationToken);
            foreach (var execution in page)
            {
                if (!onlyStandingStill || await steps.CountStartedAsync(execution.Id, 1, cancellationToken) == 0)
                    await advancer.RecoverAsync(execution.Id, cancellationToken);
            }
            if (page.Count < Page)
                return;
            after = page[^1].Id;
        }
    }

    private async Task RemoveLeftOversAsync(CancellationToken cancellationToken)
    {
        foreach (var executor in executors.All)
        {
            try
            {
                await foreach (var owned in executor.ListOwnAsync(cancellationToken))
                {
                    if (heldSteps.Contains(owned.Key.Step))
                        continue; // who drives it removes it
                    var step = await steps.GetAsync(owned.Key.Step, cancellationToken);
                    if (step is not null && step.Status.IsActive() && step.Attempt == owned.Key.Attempt)
                        continue;
                    LogLeftOver(owned.Key.Name);
                    await executor.RemoveAsync(owned.Key, cancellationToken);
                    if (step?.Kept?.Attempt != owned.Key.Attempt)
                        folders.Delete(owned.Key);
                }
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogNotSwept(exception, executor.Name); // the node's document says what is wrong with the engine
            }
        }
    }

    /// <summary>Folders of ended attempts, but not yet what somebody may still want stored by resuming.</summary>
    private async Task RemoveFoldersAsync(CancellationToken cancellationToken)
    {
        foreach (var key in folders.List().ToList())
        {
            var step = await steps.GetAsync(key.Step, cancellationToken);
            var isKept = step?.Kept is { } kept && kept.Node == node.Id && kept.Attempt == key.Attempt && time.GetUtcNow() - step.UpdatedAt < KeptFor;
            if (isKept || heldSteps.Contains(key.Step) || step is not null && step.Status.IsActive() && step.Attempt == key.Attempt)
                continue;
            try
            {
                folders.Delete(key);
            }
            catch (IOException exception)
            {
                LogNotSwept(exception, key.Name);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Step {Name} ({Id}) is lost with its node {Node}")]
    private partial void LogLost(string name, Id<Step> id, Id<Node> node);

    [LoggerMessage(LogLevel.Information, "Removes {Name}, left over from an ended attempt")]
    private partial void LogLeftOver(string name);

    [LoggerMessage(LogLevel.Warning, "What {Name} has left over could not be removed")]
    private partial void LogNotSwept(Exception exception, string name);
}

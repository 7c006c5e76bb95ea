using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>What can be done with executions. Everything returned as done is durable.</summary>
public sealed class ExecutionService(
    WorkflowPlanning planning,
    ExecutionStore executions,
    StepStore steps,
    ExecutionAdvancer advancer,
    EventPublisher events,
    TimeProvider time)
{
    private const int Page = 500;

    /// <summary>What <see cref="SubmitAsync"/> would start; stores nothing.</summary>
    public Task<PlanResult> DryRunAsync(SubmitRequest request, CancellationToken cancellationToken) =>
        planning.PlanAsync(request, dryRun: true, cancellationToken);

    /// <summary>Checks, plans, stores and starts a workflow.</summary>
    public async Task<SubmitResult> SubmitAsync(SubmitRequest request, CancellationToken cancellationToken)
    {
        var plan = await planning.PlanAsync(request, dryRun: false, cancellationToken);
        if (plan.Execution is { } execution)
            await StartAsync(execution, plan.Steps, cancellationToken);
        return new(plan.Execution, plan.Steps, plan.Faults);
    }

    /// <summary>Stops everything in the execution. What ran leaves its log and outputs.</summary>
    public async Task<ExecutionChange> CancelAsync(Id<Execution> id, string? message, CancellationToken cancellationToken)
    {
        if (await executions.TryCancelAsync(id, FailureReason.Cancelled, message ?? "cancelled by a user", cancellationToken) is not { } cancelled)
            return await RefusalAsync(id, "It has ended already.", cancellationToken);
        await events.PublishAsync(cancelled, "cancelling", cancellationToken);
        await StopRunningAsync(cancelled, cancellationToken);
        return await DoneAsync(cancelled, cancellationToken);
    }

    /// <summary>Nothing new starts; what runs goes on.</summary>
    public async Task<ExecutionChange> PauseAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        if (await executions.TryPauseAsync(id, cancellationToken) is not { } paused)
            return await RefusalAsync(id, "Only an execution that is queued or running can be paused.", cancellationToken);
        await foreach (var step in FindAsync(id, StepStatus.Queued, cancellationToken))
        {
            if (await steps.TryHoldBackAsync(step.Id, cancellationToken) is { } held)
                await events.PublishAsync(held, cancellationToken);
        }
        await events.PublishAsync(paused, "paused", cancellationToken);
        return new ExecutionChange.Done(paused);
    }

    /// <summary>A paused execution goes on; a failed or cancelled one does too, keeping the steps that succeeded.</summary>
    public async Task<ExecutionChange> ResumeAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        if (await executions.TryUnpauseAsync(id, cancellationToken) is { } unpaused)
        {
            await events.PublishAsync(unpaused, "resumed", cancellationToken);
            await advancer.AdvanceAsync(id, cancellationToken);
            return await DoneAsync(unpaused, cancellationToken);
        }
        var execution = await executions.GetAsync(id, cancellationToken);
        if (execution is not { Status: ExecutionStatus.Failed or ExecutionStatus.Cancelled })
            return await RefusalAsync(id, "Only an execution that is paused, failed or cancelled can be resumed.", cancellationToken);

        // Steps first: should we die in between, the execution has still failed and can be resumed again.
        if (await ResetUnsuccessfulAsync(id, cancellationToken) is { } obstacle)
            return await RefusalAsync(id, obstacle, cancellationToken);
        if (await executions.TryReopenAsync(id, cancellationToken) is not { } reopened)
            return await RefusalAsync(id, "Somebody else resumed it at the same time.", cancellationToken);
        await events.PublishAsync(reopened, "resumed", cancellationToken);
        await advancer.AdvanceAsync(id, cancellationToken);
        return await DoneAsync(reopened, cancellationToken);
    }

    /// <summary>Ends an interactive or background step: it is asked to stop, its outputs are kept, and it succeeds.</summary>
    public async Task<ExecutionChange> StopStepAsync(Id<Step> id, CancellationToken cancellationToken)
    {
        if (await steps.GetAsync(id, cancellationToken) is not { } step)
            return new ExecutionChange.NotFound();
        if (!step.Spec.Background)
            return new ExecutionChange.Conflict($"Step '{step.Name}' ends by itself; cancel the execution to stop it.");
        if (await advancer.StopAsync(id, new(null, "stopped by a user", time.GetUtcNow()), cancellationToken) is null)
            return new ExecutionChange.Conflict($"Step '{step.Name}' does not run: it is {step.Status}.");
        return await executions.GetAsync(step.ExecutionRef, cancellationToken) is { } execution
            ? new ExecutionChange.Done(execution)
            : new ExecutionChange.NotFound();
    }

    /// <summary>A new execution from an earlier one, with the same versions.</summary>
    public async Task<ExecutionChange> RerunAsync(Id<Execution> id, RerunRequest request, CancellationToken cancellationToken)
    {
        if (await executions.GetAsync(id, cancellationToken) is not { } earlier)
            return new ExecutionChange.NotFound();
        if (earlier.RawSpec is null)
            return new ExecutionChange.Conflict("It has no workflow file: it was not made by Twinrunner.");
        var plan = await planning.PlanAgainAsync(earlier, request, cancellationToken);
        if (plan.Execution is not { } execution)
            return new ExecutionChange.Invalid(plan.Faults);
        await StartAsync(execution, plan.Steps, cancellationToken);
        return await DoneAsync(execution, cancellationToken);
    }

    /// <summary>A time limit of the whole execution has passed.</summary>
    public async Task TimeOutAsync(Execution execution, CancellationToken cancellationToken)
    {
        var message = $"it ran longer than its time limit of {execution.Timeout:c}";
        if (await executions.TryCancelAsync(execution.Id, FailureReason.TimedOut, message, cancellationToken) is not { } cancelled)
            return;
        await events.PublishAsync(cancelled, "timeout", cancellationToken);
        await StopRunningAsync(cancelled, cancellationToken);
    }

    private async Task StartAsync(Execution execution, IReadOnlyList<Step> planned, CancellationToken cancellationToken)
    {
        // The execution last: what can be seen is whole. From its insertion on nothing is cancelled any more.
        await steps.InsertAsync(planned, cancellationToken);
        if (!await executions.TryInsertAsync(execution, cancellationToken))
            throw new InvalidOperationException($"The execution {execution.Id} is there already.");
        await events.PublishAsync(execution, "created", CancellationToken.None);
        await advancer.AdvanceAsync(execution.Id, CancellationToken.None);
    }

    private async Task StopRunningAsync(Execution execution, CancellationToken cancellationToken)
    {
        var stop = new StopRequest(execution.CancelReason, execution.CancelMessage!, time.GetUtcNow());
        foreach (var status in (StepStatus[])[StepStatus.Preparing, StepStatus.Running, StepStatus.Ready, StepStatus.Collecting])
        {
            await foreach (var step in FindAsync(execution.Id, status, cancellationToken))
                await advancer.StopAsync(step.Id, stop, cancellationToken);
        }
        await advancer.EndWaitingAsync(execution, cancellationToken);
    }

    /// <summary>Null: done. Else why it can't be, and nothing was changed.</summary>
    private async Task<string?> ResetUnsuccessfulAsync(Id<Execution> id, CancellationToken cancellationToken)
    {
        var again = new List<Step>();
        foreach (var status in (StepStatus[])[StepStatus.Failed, StepStatus.Cancelled, StepStatus.Skipped])
        {
            await foreach (var step in FindAsync(id, status, cancellationToken))
                again.Add(step);
        }
        var unfinished = again.Select(step => step.Id).ToHashSet();
        await foreach (var step in FindAsync(id, StepStatus.Pending, cancellationToken))
            unfinished.Add(step.Id);
        var kept = await steps.GetManyAsync([.. again.SelectMany(step => step.DependsOn).Except(unfinished)], cancellationToken);
        if (kept.FirstOrDefault(step => step.SucceededInOdtp) is { } foreign)
            return $"Step '{foreign.Name}' ran in ODTP, which left a zip that no step here can take its inputs from: `twin rerun {id}` runs all of it again.";
        foreach (var step in again)
        {
            if (await steps.TryResetAsync(step.Id, [.. step.DependsOn.Where(unfinished.Contains)], cancellationToken) is { } reset)
                await events.PublishAsync(reset, cancellationToken);
        }
        return null;
    }

    private async IAsyncEnumerable<Step> FindAsync(
        Id<Execution> execution,
        StepStatus status,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Id<Step>? after = null;
        while (true)
        {
            var page = await steps.FindAsync(execution, status, after, Page, cancellationToken);
            foreach (var step in page)
                yield return step;
            if (page.Count < Page)
                break;
            after = page[^1].Id;
        }
    }

    private async Task<ExecutionChange> DoneAsync(Execution execution, CancellationToken cancellationToken) =>
        new ExecutionChange.Done(await executions.GetAsync(execution.Id, cancellationToken) ?? execution);

    private async Task<ExecutionChange> RefusalAsync(Id<Execution> id, string why, CancellationToken cancellationToken) =>
        await executions.GetAsync(id, cancellationToken) is { } execution
            ? new ExecutionChange.Conflict($"The execution is {execution.Status}. {why}")
            : new ExecutionChange.NotFound();
}

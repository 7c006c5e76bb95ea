using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>Every query that the stores make, once.</summary>
internal static class StoreQueries
{
    public static async Task RunAllAsync(IDocumentDatabase watched, ChangeFeed feed, CancellationToken token)
    {
        var time = TimeProvider.System;
        var now = time.GetUtcNow();

        var steps = await ReadyAsync(new StepStore(watched, time), token);
        var step = Id<Step>.New(time);
        var execution = Id<Execution>.New(time);
        await steps.GetAsync(step, token);
        foreach (var after in (Id<Step>?[])[null, step])
        {
            await steps.ListAsync(execution, after, 10, token);
            await steps.FindAsync(execution, StepStatus.Running, after, 10, token);
            await steps.FindReleasableAsync(execution, after, 10, token);
        }
        await steps.FindByNameAsync(execution, "a", token);
        await steps.CountAsync(execution, StepStatus.Running, 10, token);
        await steps.CountAsync(StepStatus.Queued, 10, token);
        await steps.CountStartedAsync(execution, 10, token);
        await steps.AllEndedAsync(execution, token);
        await steps.FindClaimableAsync(64, token);
        await steps.FindHeldByAsync(Id<Node>.New(time), 10, token);
        await steps.FindExpiredAsync(10, token);
        await steps.FindWaitedTooLongAsync(10, token);
        await steps.FindCachedAsync("key", token);

        var events = await ReadyAsync(new EventStore(watched, feed, time), token);
        foreach (var after in (Id<ExecutionEvent>?[])[null, Id<ExecutionEvent>.New(time)])
        {
            await events.FindAsync(after, null, 10, token);
            await events.FindAsync(after, execution, 10, token);
        }
        await events.LastIdAsync(token);

        var logs = await ReadyAsync(new LogStore(watched, feed), token);
        await logs.LastPageAsync(step, 1, token);
        await logs.StartOfPageAsync(step, 1, 100, token);
        await logs.FindAsync(step, 1, 100, 10, token);
        await logs.FindByExecutionAsync(execution, null, Id<LogPage>.New(time), 10, token);
        await logs.LastIdAsync(token);
        await logs.DeleteAsync(step, token);

        var outputs = await ReadyAsync(new OutputStore(watched), token);
        await outputs.FindByStepAsync(step, token);
        await outputs.FindByExecutionAsync(execution, null, 10, token);
        await outputs.FindByExecutionAsync(execution, Id<Output>.New(time), 10, token);
        await outputs.DeleteByStepAsync(step, token);

        var components = await ReadyAsync(new ComponentStore(watched), token);
        var component = Id<Component>.New(time);
        await components.FindByNameAsync("a", token);
        await components.FindByRepositoryAsync("a", "b", token);
        await components.ListAsync(null, 10, token);
        await components.ListAsync(component, 10, token);
        await components.DeleteAsync(component, token);

        var versions = await ReadyAsync(new VersionStore(watched), token);
        var version = Id<ComponentVersion>.New(time);
        await versions.FindByComponentAsync(component, null, 10, token);
        await versions.FindByComponentAsync(component, version, 10, token);
        await versions.FindByNameAsync("a", "1", token);
        await versions.FindByCommitAsync(component, "c", token);
        await versions.ListAsync(version, 10, token);
        await versions.DeleteAsync(version, token);

        var users = await ReadyAsync(new UserStore(watched), token);
        var user = Id<User>.New(time);
        await users.FindByNameAsync("a", token);
        await users.FindByEmailAsync("a", token);
        await users.ListAsync(user, 10, token);

        var twins = await ReadyAsync(new DigitalTwinStore(watched), token);
        var twin = Id<DigitalTwin>.New(time);
        await twins.FindByNameAsync(user, "a", token);
        await twins.FindByNameAsync(null, "a", token);
        await twins.FindByUserAsync(user, null, 10, token);
        await twins.FindByUserAsync(user, twin, 10, token);
        await twins.ListAsync(twin, 10, token);

        var workflows = await ReadyAsync(new WorkflowStore(watched), token);
        await workflows.FindByNameAsync("a", token);
        await workflows.ListAsync(Id<Workflow>.New(time), 10, token);

        var nodes = await ReadyAsync(new NodeStore(watched), token);
        await nodes.ListAsync(Id<Node>.New(time), 10, token);
        await nodes.EndSilentAsync(now, token);
        await nodes.DeleteForgottenAsync(now, token);

        var secrets = await ReadyAsync(new SecretStore(watched), token);
        await secrets.FindByNameAsync("a", token);
        await secrets.FindByNamesAsync(["a", "b", "c"], token);
        await secrets.ListAsync(Id<Secret>.New(time), 10, token);
        await secrets.DeleteAsync("a", token);

        var idempotency = await ReadyAsync(new IdempotencyStore(watched, time), token);
        await idempotency.BeginAsync("key", "print", token);

        var executions = await ReadyAsync(new ExecutionStore(watched, time), token);
        foreach (var before in (Id<Execution>?[])[null, execution])
        {
            await executions.ListAsync(before, null, null, 10, token);
            await executions.ListAsync(before, ExecutionStatus.Failed, null, 10, token);
            await executions.ListAsync(before, null, twin, 10, token);
            await executions.ListAsync(before, ExecutionStatus.Failed, twin, 10, token);
            await executions.FindOpenAsync(before, 10, token);
        }
        await executions.FindOverdueAsync(10, token);
    }

    private static async Task<TStore> ReadyAsync<TStore>(TStore store, CancellationToken token) where TStore : IStore
    {
        await store.EnsureIndexesAsync(token);
        return store;
    }
}

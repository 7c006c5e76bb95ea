using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Tests.Stores;

/// <summary>Every query that the stores make is answered by an index, in order: its cost doesn't grow with what is stored.</summary>
public sealed class QueryPlanTests : StoreTest
{
    [Fact]
    public async Task Every_query_uses_an_index_and_sorts_nothing()
    {
        var watched = new WatchedDatabase(Database);
        await QueryEverythingAsync(watched);

        var poor = new List<string>();
        foreach (var (collection, query, isSorted) in watched.Queries)
        {
            var plan = await ((SqliteCollection)Database.Collection(collection)).ExplainAsync(query, Token);
            if (plan.Any(line => IsScan(line, query.Filter) || isSorted && line.Contains("TEMP B-TREE", StringComparison.Ordinal) && !MergesRanges(query.Filter)))
                poor.Add($"{collection}: {query.Filter} sorted by {string.Join(", ", query.Sort)}\n    {string.Join("\n    ", plan)}");
        }
        Assert.True(poor.Count == 0, string.Join('\n', poor));
        Assert.True(watched.Queries.Count > 50);
    }

    /// <summary>Goes through all documents, where the query doesn't ask for all of them by id.</summary>
    private static bool IsScan(string line, Filter filter) =>
        line.StartsWith("SCAN", StringComparison.Ordinal)
        && !(filter is Filter.And { Filters.Count: 0 } && line.Contains("USING INDEX sqlite_autoindex", StringComparison.Ordinal));

    /// <summary>Several ranges of an index (open executions) are put together by sorting them: stores do that only where they are few.</summary>
    private static bool MergesRanges(Filter filter) => filter is Filter.In || filter is Filter.And and && and.Filters.Any(MergesRanges);

    private async Task QueryEverythingAsync(WatchedDatabase watched)
    {
        var time = TimeProvider.System;
        var now = time.GetUtcNow();

        var steps = await ReadyAsync(new StepStore(watched, time));
        var step = Id<Step>.New(time);
        var execution = Id<Execution>.New(time);
        await steps.GetAsync(step, Token);
        foreach (var after in (Id<Step>?[])[null, step])
        {
            await steps.ListAsync(execution, after, 10, Token);
            await steps.FindAsync(execution, StepStatus.Running, after, 10, Token);
            await steps.FindReleasableAsync(execution, after, 10, Token);
        }
        await steps.FindByNameAsync(execution, "a", Token);
        await steps.CountAsync(execution, StepStatus.Running, 10, Token);
        await steps.CountAsync(StepStatus.Queued, 10, Token);
        await steps.CountStartedAsync(execution, 10, Token);
        await steps.AllEndedAsync(execution, Token);
        await steps.FindClaimableAsync(64, Token);
        await steps.FindHeldByAsync(Id<Node>.New(time), 10, Token);
        await steps.FindExpiredAsync(10, Token);
        await steps.FindWaitedTooLongAsync(10, Token);
        await steps.FindCachedAsync("key", Token);

        var events = await ReadyAsync(new EventStore(watched, Feed, time));
        foreach (var after in (Id<ExecutionEvent>?[])[null, Id<ExecutionEvent>.New(time)])
        {
            await events.FindAsync(after, null, 10, Token);
            await events.FindAsync(after, execution, 10, Token);
        }
        await events.LastIdAsync(Token);

        var logs = await ReadyAsync(new LogStore(watched, Feed));
        await logs.LastPageAsync(step, 1, Token);
        await logs.FindAsync(step, 1, 100, 10, Token);
        await logs.TailAsync(step, 1, 100, Token);
        await logs.FindByExecutionAsync(execution, null, Id<LogPage>.New(time), 10, Token);
        await logs.LastIdAsync(Token);
        await logs.DeleteAsync(step, Token);

        var outputs = await ReadyAsync(new OutputStore(watched));
        await outputs.FindByStepAsync(step, Token);
        await outputs.FindByExecutionAsync(execution, null, 10, Token);
        await outputs.FindByExecutionAsync(execution, Id<Output>.New(time), 10, Token);
        await outputs.DeleteByStepAsync(step, Token);

        var components = await ReadyAsync(new ComponentStore(watched));
        var component = Id<Component>.New(time);
        await components.FindByNameAsync("a", Token);
        await components.FindByRepositoryAsync("a", "b", Token);
        await components.ListAsync(null, 10, Token);
        await components.ListAsync(component, 10, Token);
        await components.DeleteAsync(component, Token);

        var versions = await ReadyAsync(new VersionStore(watched));
        var version = Id<ComponentVersion>.New(time);
        await versions.FindByComponentAsync(component, null, 10, Token);
        await versions.FindByComponentAsync(component, version, 10, Token);
        await versions.FindByNameAsync("a", "1", Token);
        await versions.FindByCommitAsync(component, "c", Token);
        await versions.ListAsync(version, 10, Token);
        await versions.DeleteAsync(version, Token);

        var users = await ReadyAsync(new UserStore(watched));
        var user = Id<User>.New(time);
        await users.FindByNameAsync("a", Token);
        await users.FindByEmailAsync("a", Token);
        await users.ListAsync(user, 10, Token);

        var twins = await ReadyAsync(new DigitalTwinStore(watched));
        var twin = Id<DigitalTwin>.New(time);
        await twins.FindByNameAsync(user, "a", Token);
        await twins.FindByNameAsync(null, "a", Token);
        await twins.FindByUserAsync(user, null, 10, Token);
        await twins.FindByUserAsync(user, twin, 10, Token);
        await twins.ListAsync(twin, 10, Token);

        var workflows = await ReadyAsync(new WorkflowStore(watched));
        await workflows.FindByNameAsync("a", Token);
        await workflows.ListAsync(Id<Workflow>.New(time), 10, Token);

        var nodes = await ReadyAsync(new NodeStore(watched));
        await nodes.ListAsync(Id<Node>.New(time), 10, Token);
        await nodes.FindSilentAsync(now, 10, Token);

        var secrets = await ReadyAsync(new SecretStore(watched));
        await secrets.FindByNameAsync("a", Token);
        await secrets.FindByNamesAsync(["a", "b", "c"], Token);
        await secrets.ListAsync(Id<Secret>.New(time), 10, Token);
        await secrets.DeleteAsync("a", Token);

        var idempotency = await ReadyAsync(new IdempotencyStore(watched, time));
        await idempotency.BeginAsync("key", "print", Token);

        var executions = await ReadyAsync(new ExecutionStore(watched, time));
        foreach (var before in (Id<Execution>?[])[null, execution])
        {
            await executions.ListAsync(before, null, null, 10, Token);
            await executions.ListAsync(before, ExecutionStatus.Failed, null, 10, Token);
            await executions.ListAsync(before, null, twin, 10, Token);
            await executions.ListAsync(before, ExecutionStatus.Failed, twin, 10, Token);
            await executions.FindOpenAsync(before, 10, Token);
        }
        await executions.FindOverdueAsync(10, Token);
    }
}

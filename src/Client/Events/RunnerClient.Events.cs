namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>Stored events, oldest first.</summary>
    /// <param name="executionId">Only this execution's; null: all.</param>
    public Task<Page<EventView>> ListEventsAsync(string? executionId, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            Query(EventsPath(executionId), ("after", after), ("limit", limit?.ToString())),
            WireJson.Default.PageEventView, cancellationToken);

    /// <summary>
    /// Stored events and then new ones as they happen, without gap or repetition, also across a restart of the server. Ends
    /// when the execution has; the events of all executions never end.
    /// </summary>
    /// <param name="after">Id of the last event that is known already; null: from the first.</param>
    public IAsyncEnumerable<SseEvent<EventView>> FollowEventsAsync(string? executionId, string? after, CancellationToken cancellationToken) =>
        FollowAsync(EventsPath(executionId), WireJson.Default.EventView, after, cancellationToken);

    private static string EventsPath(string? executionId) => executionId is null ? Api + "events" : $"{Executions}/{Part(executionId)}/events";
}

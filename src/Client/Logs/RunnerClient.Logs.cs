namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>Lines of an attempt's log, in order. The cursor of the next page is a line number.</summary>
    /// <param name="attempt">Null: the last one.</param>
    /// <param name="after">Number of the line before the first wanted one; null: from the first.</param>
    /// <param name="tail">Only the last lines, when <paramref name="after"/> is null.</param>
    public Task<Page<LogLineView>> ListLogLinesAsync(
        string stepId, int? attempt, string? after, int? tail, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            Query(LogPath(stepId), ("attempt", attempt?.ToString()), ("after", after), ("tail", tail?.ToString()), ("limit", limit?.ToString())),
            WireJson.Default.PageLogLineView, cancellationToken);

    /// <summary>
    /// Stored lines of an attempt, and then those to come until it is over; across broken connections without gap or repetition.
    /// </summary>
    /// <param name="after">Number of the last line that is known already; null: from the first, or the last <paramref name="tail"/>.</param>
    public IAsyncEnumerable<SseEvent<LogLineView>> FollowLogAsync(
        string stepId, int? attempt, string? after, int? tail, CancellationToken cancellationToken) =>
        FollowAsync(
            Query(LogPath(stepId), ("attempt", attempt?.ToString()), ("tail", tail?.ToString())), WireJson.Default.LogLineView, after, cancellationToken);

    /// <summary>An attempt's log as it was printed, byte for byte. The caller disposes the stream.</summary>
    public async Task<Stream> OpenLogAsync(string stepId, int? attempt, CancellationToken cancellationToken)
    {
        var response = await OpenAsync(Query(LogPath(stepId) + "/text", ("attempt", attempt?.ToString())), range: null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Lines of all steps of an execution in the order in which they were stored, and then those to come until it has ended;
    /// across broken connections without gap or repetition.
    /// </summary>
    /// <param name="after">Id of the last event that is known already; null: from the first line.</param>
    public IAsyncEnumerable<SseEvent<ExecutionLogLineView>> FollowExecutionLogAsync(string executionId, string? after, CancellationToken cancellationToken) =>
        FollowAsync($"{Executions}/{Part(executionId)}/logs", WireJson.Default.ExecutionLogLineView, after, cancellationToken);

    private static string LogPath(string stepId) => $"{Steps}/{Part(stepId)}/logs";
}

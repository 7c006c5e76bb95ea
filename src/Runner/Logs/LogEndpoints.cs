using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Logs;

/// <summary>A step's log under one address, live and for ever: as pages, as a stream of events, and as the text itself.</summary>
internal static class LogEndpoints
{
    public static void MapLogs(this IEndpointRouteBuilder api)
    {
        var logs = api.MapGroup("/steps/{id}/logs").WithTags("Logs");
        logs.MapGet("", ReadAsync).WithName("ReadStepLog")
            .WithSummary("Lines of an attempt's log; with Accept: text/event-stream also those to come, up to its end")
            .Produces<Page<LogLineView>>(StatusCodes.Status200OK, "application/json", "text/event-stream");
        logs.MapGet("/text", DownloadAsync).WithName("DownloadStepLog")
            .WithSummary("An attempt's log as it was printed, byte for byte")
            .Produces(StatusCodes.Status200OK, contentType: "text/plain");
        api.MapGet("/executions/{id}/logs", FollowExecutionAsync).WithTags("Logs").WithName("FollowExecutionLog")
            .WithSummary("Lines of all steps of an execution in the order in which they were stored, up to its end")
            .Produces<ExecutionLogLineView>(StatusCodes.Status200OK, "text/event-stream");
    }

    private static async Task<IResult> ReadAsync(
        Id<Step> id, int? attempt, long? after, int? tail, int? limit,
        StepStore steps, StepLogs logs, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await steps.GetAsync(id, cancellationToken) is not { } step)
            return Problem.NotFound("step", id);
        if (attempt < 1 || after < 0 || tail < 0)
            return Problem.InvalidRequest("attempt counts from 1; after and tail are not negative.");
        if (request.LastEventId() is { } last)
        {
            if (!long.TryParse(last, out var number) || number < 0)
                return Problem.InvalidRequest("The header Last-Event-ID is not the number of a line.");
            after = number;
        }
        var wanted = attempt ?? Math.Max(1, step.Attempt);
        var from = after + 1 ?? (tail is { } lines ? await logs.TailAsync(id, wanted, lines, cancellationToken) : 1);
        if (request.WantsEvents())
        {
            return new SseResult<LogLineView>(
                stop => logs.ReadAsync(id, wanted, from, follow: true, stop).Select(line => new SseEvent<LogLineView>(line.Number.ToString(), ToView(line))),
                WireJson.Default.LogLineView, "the attempt is over");
        }
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = new List<LogLineView>();
        await foreach (var line in logs.ReadAsync(id, wanted, from, follow: false, cancellationToken))
        {
            if (found.Count == size)
                return TypedResults.Ok(new Page<LogLineView>(found, found[^1].Number.ToString(), Next(request, id, wanted, found[^1].Number, size)));
            found.Add(ToView(line));
        }
        return TypedResults.Ok(new Page<LogLineView>(found));
    }

    private static async Task<IResult> DownloadAsync(
        Id<Step> id, int? attempt, StepStore steps, StepLogs logs, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await steps.GetAsync(id, cancellationToken) is not { } step)
            return Problem.NotFound("step", id);
        if (attempt < 1)
            return Problem.InvalidRequest("attempt counts from 1.");
        response.ContentType = "text/plain; charset=utf-8";
        // A component's text is shown as text, whatever a browser would make of it.
        response.Headers.XContentTypeOptions = "nosniff";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await foreach (var page in logs.ReadPagesAsync(id, attempt ?? Math.Max(1, step.Attempt), fromLine: 1, follow: false, cancellationToken))
        {
            // What Twinrunner itself had to say was not printed by the component.
            foreach (var line in page.ReadLines().Where(line => line.Stream != Executors.LogStream.Runner))
            {
                response.BodyWriter.Write(line.Bytes.Span);
                if (line.HasNewline)
                    response.BodyWriter.Write("\n"u8);
            }
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
        return Results.Empty;
    }

    private static async Task<IResult> FollowExecutionAsync(
        Id<Execution> id, ExecutionStore executions, StepStore steps, StepLogs logs, HttpRequest request, CancellationToken cancellationToken)
    {
        var cursor = default(LogCursor);
        if (request.LastEventId() is { } last && !LogCursor.TryParse(last, out cursor))
            return Problem.InvalidRequest("The header Last-Event-ID is not the id of a line of this stream.");
        if (await executions.GetAsync(id, cancellationToken) is null)
            return Problem.NotFound("execution", id);
        return new SseResult<ExecutionLogLineView>(
            stop => LinesAsync(id, cursor, steps, logs, stop), WireJson.Default.ExecutionLogLineView, "the execution has ended");
    }

    private static async IAsyncEnumerable<SseEvent<ExecutionLogLineView>> LinesAsync(
        Id<Execution> id, LogCursor cursor, StepStore steps, StepLogs logs, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, string>();
        await foreach (var page in logs.ReadExecutionAsync(id, cursor.Page, follow: true, cancellationToken))
        {
            if (!names.TryGetValue(page.StepRef, out var name))
                names[page.StepRef] = name = (await steps.GetAsync(Id<Step>.Parse(page.StepRef), cancellationToken))?.Name ?? page.StepRef;
            foreach (var line in page.ReadLines().Where(line => page.Id != cursor.Page || line.Number > cursor.Line))
            {
                yield return new(
                    new LogCursor(page.Id, line.Number).ToString(),
                    new ExecutionLogLineView { StepId = page.StepRef, StepName = name, Attempt = page.Attempt, Line = ToView(line) });
            }
        }
    }

    private static string Next(HttpRequest request, Id<Step> id, int attempt, long after, int size) =>
        $"{request.PathBase}{Hrefs.Step(id)}/logs?attempt={attempt}&after={after}&limit={size}";

    private static LogLineView ToView(LogLine line) => new()
    {
        Number = line.Number,
        At = line.At,
        Stream = (LogStreamKind)line.Stream,
        Text = Encoding.UTF8.GetString(line.Bytes.Span),
        Raw = Utf8.IsValid(line.Bytes.Span) ? null : line.Bytes.ToArray(),
        Continues = line.Flags.HasFlag(LogLineFlags.Continues),
        Cut = line.Flags.HasFlag(LogLineFlags.Cut | LogLineFlags.NoNewline),
    };
}

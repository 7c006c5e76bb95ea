using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>Events as pages, or as a stream where the request accepts <c>text/event-stream</c>.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder api)
    {
        api.MapGet("/events", ListAsync).WithTags("Events").WithName("ListEvents")
            .WithSummary("Events of everything, oldest first; with Accept: text/event-stream also those to come")
            .Produces<Page<EventView>>(StatusCodes.Status200OK, "application/json", "text/event-stream");
        api.MapGet("/executions/{id}/events", ListOfExecutionAsync).WithTags("Events").WithName("ListExecutionEvents")
            .WithSummary("Events of an execution, oldest first; with Accept: text/event-stream also those to come, up to its end")
            .Produces<Page<EventView>>(StatusCodes.Status200OK, "application/json", "text/event-stream");
    }

    private static async Task<IResult> ListAsync(
        Id<ExecutionEvent>? after, int? limit, EventStore events, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Start(request, ref after) is { } refusal)
            return refusal;
        return request.WantsEvents()
            ? Stream(stop => events.WatchAsync(after, null, stop), "never")
            : await PageAsync(null, after, limit, events, request, cancellationToken);
    }

    private static async Task<IResult> ListOfExecutionAsync(
        Id<Execution> id, Id<ExecutionEvent>? after, int? limit,
        EventStore events, ExecutionStore executions, EventFollower follower, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Start(request, ref after) is { } refusal)
            return refusal;
        if (await executions.GetAsync(id, cancellationToken) is null)
            return Problem.NotFound("execution", id);
        return request.WantsEvents()
            ? Stream(stop => follower.FollowAsync(id, after, stop), "the execution has ended")
            : await PageAsync(id, after, limit, events, request, cancellationToken);
    }

    /// <summary>A broken stream goes on after the header's event, whatever its address says.</summary>
    private static Problem? Start(HttpRequest request, ref Id<ExecutionEvent>? after)
    {
        if (request.LastEventId() is not { } last)
            return null;
        if (!Id<ExecutionEvent>.TryParse(last, null, out var id))
            return Problem.InvalidRequest("The header Last-Event-ID is not an event's id: 24 hexadecimal digits.");
        after = id;
        return null;
    }

    private static async Task<IResult> PageAsync(
        Id<Execution>? execution, Id<ExecutionEvent>? after, int? limit, EventStore events, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await events.FindAsync(after, execution, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, happened => happened.Id, ToView));
    }

    private static SseResult<EventView> Stream(Func<CancellationToken, IAsyncEnumerable<ExecutionEvent>> events, string endReason) =>
        new(stop => events(stop).Select(happened => new SseEvent<EventView>(happened.Id.ToString(), ToView(happened))), WireJson.Default.EventView, endReason);

    private static EventView ToView(ExecutionEvent happened) => new()
    {
        Id = happened.Id.ToString(),
        At = happened.At,
        Type = happened.Type,
        ExecutionId = happened.ExecutionRef.Text(),
        ExecutionHref = happened.ExecutionRef is { } execution ? Hrefs.Execution(execution) : null,
        StepId = happened.StepRef.Text(),
        StepHref = happened.StepRef is { } step ? Hrefs.Step(step) : null,
        StepName = happened.StepName,
        Attempt = happened.Attempt,
        Status = happened.Status,
        Reason = happened.Reason?.ToWire(),
        Message = happened.Message,
    };
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Twinrunner.Client;

namespace Twinrunner.Runner.Api;

/// <summary>
/// A stream of server-sent events: one JSON value an event, its id to resume after. When the items end, so does the stream,
/// with the event <c>end</c>; when the server stops it just closes, and the client comes again. A comment every 15 s keeps
/// proxies from closing a quiet connection.
/// </summary>
/// <param name="items">Is cancelled when the client goes or the server stops.</param>
/// <param name="endReason">Said in the last event.</param>
public sealed class SseResult<T>(
    Func<CancellationToken, IAsyncEnumerable<SseEvent<T>>> items, JsonTypeInfo<T> type, string endReason) : IResult
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var time = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        var stopping = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, httpContext.RequestAborted);
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back until its buffer is full
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        try
        {
            await response.StartAsync(either.Token);
            await response.Body.FlushAsync(either.Token); // the client knows at once that it is connected
            await WriteAsync(response, time, either.Token);
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // The client went, or the server stops: no end of the items, so no event says so.
        }
    }

    private async Task WriteAsync(HttpResponse response, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var item = items(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = item.MoveNextAsync().AsTask();
            while (!next.IsCompleted)
            {
                await response.BodyWriter.FlushAsync(cancellationToken);
                if (await IsSilentAsync(next, time))
                    await response.WriteAsync(":\n\n", cancellationToken);
            }
            if (!await next)
                break;
            await WriteAsync(response, null, item.Current.Id, JsonSerializer.Serialize(item.Current.Value, type), cancellationToken);
        }
        await WriteAsync(response, StreamEnd.EventType, null, JsonSerializer.Serialize(new StreamEnd(endReason), WireJson.Default.StreamEnd), cancellationToken);
        await response.BodyWriter.FlushAsync(cancellationToken);
    }

    private static async Task<bool> IsSilentAsync(Task next, TimeProvider time)
    {
        try
        {
            await next.WaitAsync(HeartbeatInterval, time);
            return false;
        }
        catch (TimeoutException) when (!next.IsCompleted)
        {
            return true;
        }
    }

    // JSON of ours is one line, so that it is one data field.
    private static Task WriteAsync(HttpResponse response, string? eventType, string? id, string json, CancellationToken cancellationToken) =>
        response.WriteAsync(
            $"{(eventType is null ? "" : $"event: {eventType}\n")}{(id is null ? "" : $"id: {id}\n")}data: {json}\n\n", cancellationToken);
}

/// <summary>What a request says about streams.</summary>
public static class SseRequest
{
    /// <summary>The client wants events as they happen rather than a page.</summary>
    public static bool WantsEvents(this HttpRequest request) =>
        request.GetTypedHeaders().Accept.Any(accept => accept.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));

    /// <summary>Where a broken stream goes on, or null.</summary>
    public static string? LastEventId(this HttpRequest request) =>
        request.Headers["Last-Event-ID"] is [{ Length: > 0 } id] ? id : null;
}

using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Twinrunner.Client;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Api;

/// <summary>The one place where exceptions and bare statuses (no such route, wrong method) become problem details.</summary>
internal sealed partial class ProblemMiddleware(RequestDelegate next, ILogger<ProblemMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        Problem? problem;
        try
        {
            await next(context);
            problem = context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } ? ForStatus(context) : null;
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException or ConnectionAbortedException)
        {
            return; // nobody is left to answer
        }
        catch (Exception exception)
        {
            problem = ForException(exception, context);
            if (problem.StatusCode >= 500)
                RequestFailed(exception, context.Request.Method, context.Request.Path, context.TraceIdentifier);
            if (context.Response.HasStarted)
            {
                context.Abort(); // half an answer must not look like a whole one
                return;
            }
            context.Response.Clear();
        }
        if (problem is not null)
            await problem.ExecuteAsync(context);
    }

    private static Problem ForException(Exception exception, HttpContext context) => exception switch
    {
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problem.TooLarge("The body is larger than this server takes (setting maxRequestBytes)."),
        BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problem.UnsupportedMediaType("Send the body as 'Content-Type: application/json'."),
        BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => Problem.InvalidRequest("The body came too slowly."),
        BadHttpRequestException { InnerException: JsonException json } => ForJson(json),
        BadHttpRequestException { InnerException: InvalidOperationException } => Problem.InvalidRequest("The body is not UTF-8."),
        BadHttpRequestException => Unreadable(context),
        JsonRequestException json => ForJson((JsonException)json.InnerException!),
        DatabaseException database => Problem.Unavailable(database.Message),
        ObjectStoreException objects => Problem.Unavailable(objects.Message),
        _ => Problem.Internal(),
    };

    private static Problem ForJson(JsonException exception)
    {
        // Types of ours mean nothing to who sent the request.
        var message = JsonDetails().Replace(exception.Message, "").TrimEnd('.');
        message = ClrType().Replace(message, match => match.Groups["member"] is { Success: true } member ? $"the member '{member.Value}'" : "the expected type");
        return Problem.InvalidRequest(
            $"The body is not the JSON that is expected here: {message}.",
            [new FaultView(
                (int)(exception.LineNumber + 1 ?? 0), (int)(exception.BytePositionInLine + 1 ?? 0),
                exception.Path is { Length: > 2 } path ? path[2..] : "body", message)]);
    }

    private static Problem Unreadable(HttpContext context) => ParameterFaults.Of(context) switch
    {
        { Count: > 0 } faults => Problem.InvalidRequest(faults),
        _ when context.Request.ContentLength is null or 0 && !HttpMethods.IsGet(context.Request.Method) => Problem.InvalidRequest("The request needs a body."),
        _ => Problem.InvalidRequest("The request can't be read."),
    };

    private static Problem ForStatus(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => Problem.NotFound(
            $"There is nothing at {context.Request.Path}. The document at /openapi.json lists what there is."),
        StatusCodes.Status405MethodNotAllowed => Problem.MethodNotAllowed(
            $"{context.Request.Method} is not possible at {context.Request.Path}{(context.Response.Headers.Allow.ToString() is { Length: > 0 } allow ? $": {allow} is" : "")}."),
        StatusCodes.Status413PayloadTooLarge => Problem.TooLarge("The body is larger than this server takes (setting maxRequestBytes)."),
        StatusCodes.Status415UnsupportedMediaType => Problem.UnsupportedMediaType(
            $"Send the body as one of {string.Join(", ", context.GetEndpoint()?.Metadata.GetMetadata<Microsoft.AspNetCore.Http.Metadata.IAcceptsMetadata>()?.ContentTypes ?? ["application/json"])}."),
        StatusCodes.Status400BadRequest => Unreadable(context),
        var status => Problem.Of(status),
    };

    // "Path: $.a | LineNumber: 0 | BytePositionInLine: 3." is told apart in the fault.
    [GeneratedRegex(@" Path: \$.*$| LineNumber: .*$", RegexOptions.Singleline)]
    private static partial Regex JsonDetails();

    [GeneratedRegex(@"(?:'(?<member>[^']+)' could not be mapped to any \.NET member contained in type '[^']+')|(?:'?(?:System|Twinrunner)\.[\w.`+\[\], =]+'?)")]
    private static partial Regex ClrType();

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed ({TraceId})")]
    private partial void RequestFailed(Exception exception, string method, PathString path, string traceId);
}

/// <summary>A body that a handler reads by itself is not the JSON that is expected.</summary>
internal sealed class JsonRequestException(JsonException inner) : Exception(inner.Message, inner);

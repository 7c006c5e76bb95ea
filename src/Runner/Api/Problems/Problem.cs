using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Twinrunner.Client;

namespace Twinrunner.Runner.Api;

/// <summary>An error answer of the API: problem details (RFC 9457) with a type that never changes. Handlers return one of the factories' below.</summary>
public sealed class Problem : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    private readonly ProblemView _view;

    private Problem(int status, string type, string title, string detail, IReadOnlyList<FaultView>? faults = null) =>
        _view = new ProblemView { Type = type, Title = title, Status = status, Detail = detail, Faults = faults };

    public int? StatusCode => _view.Status;

    /// <param name="what">The kind of thing: <c>execution</c>.</param>
    public static Problem NotFound(string what, object id) =>
        new(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "Not found", $"There is no {what} '{id}'.");

    public static Problem NotFound(string detail) =>
        new(StatusCodes.Status404NotFound, ProblemTypes.NotFound, "Not found", detail);

    public static Problem Conflict(string detail) =>
        new(StatusCodes.Status409Conflict, ProblemTypes.Conflict, "Conflict", detail);

    public static Problem InvalidRequest(string detail, IReadOnlyList<FaultView>? faults = null) =>
        new(StatusCodes.Status400BadRequest, ProblemTypes.InvalidRequest, "Invalid request", detail, faults);

    /// <summary>Says all faults of members of a request at once.</summary>
    public static Problem InvalidRequest(IReadOnlyList<FaultView> faults) =>
        InvalidRequest(string.Join(' ', faults.Select(fault => $"{fault.Where}: {fault.Message}.")), faults);

    public static Problem InvalidWorkflow(IReadOnlyList<FaultView> faults)
    {
        var errors = faults.Count(fault => !fault.IsWarning);
        return new(
            StatusCodes.Status422UnprocessableEntity, ProblemTypes.InvalidWorkflow, "Invalid workflow",
            $"The workflow has {errors} {(errors == 1 ? "fault" : "faults")}; nothing was started.",
            faults);
    }

    public static Problem IdempotencyKeyReused(string key) =>
        new(StatusCodes.Status422UnprocessableEntity, ProblemTypes.IdempotencyKeyReused, "Idempotency key reused",
            $"The idempotency key '{key}' was used for another request within the last day: use a new key for a new request.");

    public static Problem Unauthorized(string detail) =>
        new(StatusCodes.Status401Unauthorized, ProblemTypes.Unauthorized, "Unauthorized", detail);

    public static Problem Forbidden(string detail) =>
        new(StatusCodes.Status403Forbidden, ProblemTypes.Forbidden, "Forbidden", detail);

    public static Problem MethodNotAllowed(string detail) =>
        new(StatusCodes.Status405MethodNotAllowed, ProblemTypes.MethodNotAllowed, "Method not allowed", detail);

    public static Problem NotAcceptable(string detail) =>
        new(StatusCodes.Status406NotAcceptable, ProblemTypes.NotAcceptable, "Not acceptable", detail);

    public static Problem TooLarge(string detail) =>
        new(StatusCodes.Status413PayloadTooLarge, ProblemTypes.TooLarge, "Too large", detail);

    public static Problem UnsupportedMediaType(string detail) =>
        new(StatusCodes.Status415UnsupportedMediaType, ProblemTypes.UnsupportedMediaType, "Unsupported media type", detail);

    public static Problem Unavailable(string detail) =>
        new(StatusCodes.Status503ServiceUnavailable, ProblemTypes.Unavailable, "Unavailable", detail);

    public static Problem Internal() =>
        new(StatusCodes.Status500InternalServerError, ProblemTypes.Internal, "Internal error",
            "The server failed on this request. Its log says more under the trace id.");

    /// <summary>Any other status that something below the API answered with.</summary>
    public static Problem Of(int status) =>
        new(status, status >= 500 ? ProblemTypes.Internal : ProblemTypes.InvalidRequest,
            Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status) is { Length: > 0 } phrase ? phrase : "Error",
            $"The request was refused with status {status}.");

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = _view.Status!.Value;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        var view = _view with { Instance = httpContext.Request.Path.Value, TraceId = httpContext.TraceIdentifier };
        return JsonSerializer.SerializeAsync(response.Body, view, WireJson.Default.ProblemView, httpContext.RequestAborted);
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;

namespace Twinrunner.Runner.Attempts;

/// <summary>What the helpers of attempts ask for. It is between us and our own image, and not part of the described interface.</summary>
internal static class AttemptEndpoints
{
    /// <summary>Below it, the token of an attempt or a signature takes the place of the server's token.</summary>
    public const string Path = "/attempt";

    public static void MapAttempts(this IEndpointRouteBuilder api)
    {
        var attempt = api.MapGroup(Path).ExcludeFromDescription();
        attempt.MapGet("", GetAsync);
        attempt.MapGet("/order", OrderAsync);
        attempt.MapPost("/uploads", UploadAsync);
        attempt.MapPost("/outputs", CompleteAsync);
        attempt.MapGet("/objects", ReadAsync);
        attempt.MapPut("/objects", WriteAsync);
    }

    private static async Task GetAsync(HttpContext context, AttemptService attempts)
    {
        if (await FindAsync(context, attempts) is not { } step)
            return;
        var inputs = await attempts.InputsAsync(step, context.RequestAborted);
        if (!inputs.Complete)
        {
            await Problem.Conflict(inputs.Missing).ExecuteAsync(context);
            return;
        }
        var listed = new List<AttemptInput>(inputs.Files.Count);
        foreach (var file in inputs.Files)
            listed.Add(new(file, file.Key.Length == 0 ? null : await attempts.AddressAsync(PresignedVerb.Get, file.Key, context.RequestAborted)));
        await context.Response.WriteAsJsonAsync(
            new(step.Id.ToString(), step.ExecutionRef.ToString(), step.Name, step.Attempt, step.Spec.Snapshot, listed),
            AttemptJson.Default.AttemptInfo, cancellationToken: context.RequestAborted);
    }

    /// <summary>Answers when there is something to do, or after half a minute.</summary>
    private static async Task OrderAsync(HttpContext context, AttemptService attempts)
    {
        if (TokenOf(context, attempts) is not { } key)
        {
            await RefuseAsync(context);
            return;
        }
        _ = Enum.TryParse<AttemptState>(context.Request.Query["known"], ignoreCase: true, out var known);
        var order = await attempts.OrderAsync(key, known, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(order, AttemptJson.Default.AttemptOrder, cancellationToken: context.RequestAborted);
    }

    private static async Task UploadAsync(HttpContext context, AttemptService attempts)
    {
        if (await FindAsync(context, attempts) is not { } step)
            return;
        var asked = await context.Request.ReadFromJsonAsync(AttemptJson.Default.UploadRequest, context.RequestAborted);
        if (asked is null || !ObjectKey.IsValid(asked.Key) || !OutputCollector.IsBelow(step, asked.Key))
        {
            await Problem.Forbidden("An attempt may write below its own prefix only.").ExecuteAsync(context);
            return;
        }
        var url = await attempts.AddressAsync(PresignedVerb.Put, asked.Key, context.RequestAborted);
        await context.Response.WriteAsJsonAsync(new(url), AttemptJson.Default.UploadAddress, cancellationToken: context.RequestAborted);
    }

    private static async Task CompleteAsync(HttpContext context, AttemptService attempts)
    {
        if (await FindAsync(context, attempts) is not { } step)
            return;
        var output = await context.Request.ReadFromJsonAsync(DocumentJson.Default.Output, context.RequestAborted);
        if (output is null || await attempts.CompleteAsync(step, output, context.RequestAborted) is { } refusal && await RefuseAsync(context, refusal))
            return;
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ReadAsync(HttpContext context, string key, string expires, string signature, AttemptTokens tokens, IObjectStore objects)
    {
        if (!tokens.MayUse(PresignedVerb.Get, key, expires, signature))
            await RefuseAsync(context);
        else if (await objects.GetAsync(key, null, context.RequestAborted) is { } content)
            await using (content)
                await content.CopyToAsync(context.Response.Body, context.RequestAborted);
        else
            await Problem.NotFound("There is no such object.").ExecuteAsync(context);
    }

    private static async Task WriteAsync(HttpContext context, string key, string expires, string signature, AttemptTokens tokens, IObjectStore objects)
    {
        if (!tokens.MayUse(PresignedVerb.Put, key, expires, signature))
        {
            await RefuseAsync(context);
            return;
        }
        // What a step leaves is bounded where it is walked.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        await objects.PutAsync(key, context.Request.Body, new(context.Request.ContentLength), context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    /// <summary>The step while this attempt of it runs; null: the refusal is written.</summary>
    private static async Task<Step?> FindAsync(HttpContext context, AttemptService attempts)
    {
        if (TokenOf(context, attempts) is not { } key)
        {
            await RefuseAsync(context);
            return null;
        }
        if (await attempts.FindAsync(key, context.RequestAborted) is { } step)
            return step;
        await Problem.Conflict("This attempt is over.").ExecuteAsync(context);
        return null;
    }

    private static StepKey? TokenOf(HttpContext context, AttemptService attempts) =>
        context.Request.Headers.Authorization is [{ } header] && header.StartsWith("Bearer ", StringComparison.Ordinal) ? attempts.Read(header["Bearer ".Length..]) : null;

    private static Task RefuseAsync(HttpContext context) => Problem.Forbidden("The token or signature of an attempt is needed here.").ExecuteAsync(context);

    private static async Task<bool> RefuseAsync(HttpContext context, string refusal)
    {
        await Problem.InvalidRequest(refusal).ExecuteAsync(context);
        return true;
    }
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>
/// A POST with an <c>Idempotency-Key</c> is done once: sent again within a day, it gets the first one's answer. The answer is
/// stored durably, so this also holds across a restart. Refused requests did nothing, and free their key.
/// </summary>
internal sealed class IdempotencyMiddleware(RequestDelegate next, IdempotencyStore store)
{
    public const string Header = "Idempotency-Key";
    private const int LongestKey = 255;

    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!HttpMethods.IsPost(request.Method) || context.GetEndpoint() is null || request.Headers[Header] is not { Count: > 0 } keys)
        {
            await next(context);
            return;
        }
        if (keys is not [{ Length: > 0 and <= LongestKey } key] || !key.All(c => c is > ' ' and < '\x7f'))
        {
            await Problem.InvalidRequest($"{Header} has 1 to {LongestKey} visible ASCII characters, and is there once.").ExecuteAsync(context);
            return;
        }

        request.EnableBuffering();
        var fingerprint = await FingerprintAsync(request, context.RequestAborted);
        var (stored, isNew) = await store.BeginAsync(key, fingerprint, context.RequestAborted);
        if (isNew)
            await DoAsync(context, stored);
        else if (stored.Fingerprint != fingerprint)
            await Problem.IdempotencyKeyReused(key).ExecuteAsync(context);
        else if (stored.Response is { } response)
            await ReplayAsync(context, response);
        else
            await StillWorkingAsync(context);
    }

    private async Task DoAsync(HttpContext context, IdempotentRequest stored)
    {
        // From here on the work is finished even when the client goes away: it will come again and ask for the answer.
        context.RequestAborted = CancellationToken.None;
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        using var body = new MemoryStream();
        var capture = new StreamResponseBodyFeature(body);
        context.Features.Set<IHttpResponseBodyFeature>(capture);
        var done = false;
        try
        {
            await next(context);
            await capture.CompleteAsync();
            if (context.Response.StatusCode < 400)
            {
                var response = new IdempotentResponse(
                    context.Response.StatusCode, context.Response.ContentType, context.Response.Headers.Location, body.ToArray());
                await store.CompleteAsync(stored, response, CancellationToken.None);
                done = true;
            }
        }
        finally
        {
            context.Features.Set(original);
            if (!done)
                await store.AbandonAsync(stored, CancellationToken.None);
        }
        await context.Response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), CancellationToken.None);
    }

    private static async Task ReplayAsync(HttpContext context, IdempotentResponse stored)
    {
        var response = context.Response;
        response.StatusCode = stored.Status;
        response.ContentType = stored.ContentType;
        if (stored.Location is not null)
            response.Headers.Location = stored.Location;
        response.Headers["Idempotency-Replayed"] = "true";
        await response.Body.WriteAsync(stored.Body, context.RequestAborted);
    }

    private static Task StillWorkingAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return Problem.Conflict("The first request with this idempotency key is still being worked on: ask again in a moment.").ExecuteAsync(context);
    }

    private static async Task<string> FingerprintAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method}\n{request.Path}{request.QueryString}\n{request.ContentType}\n"));
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
            hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

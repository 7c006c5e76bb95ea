using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Twinrunner.TestKit;

/// <summary>
/// Stands before a real S3 server and does what networks and servers under load do. Signatures hold, since the host's name goes
/// through as the client wrote it.
/// </summary>
public sealed class S3FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _upstream;
    private readonly Uri _server;

    private S3FaultProxy(WebApplication app, HttpClient upstream, Uri server) => (_app, _upstream, _server) = (app, upstream, server);

    /// <summary>What happens to a request; null: it goes through.</summary>
    public Func<HttpRequest, S3Fault?> Fault { get; set; } = _ => null;

    /// <summary>Method and query of every request, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Address => new(_app.Urls.First());

    public static async Task<S3FaultProxy> StartAsync(TestS3 server, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var proxy = new S3FaultProxy(app, server.OpenHttp(), server.Options.Endpoint!);
        app.Run(proxy.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.QueryString}");
        var fault = Fault(context.Request);
        switch (fault)
        {
            case S3Fault.Down:
                context.Abort();
                return;
            case S3Fault.SlowDown:
                await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "SlowDown");
                return;
            case S3Fault.Skewed:
                await RefuseAsync(context, StatusCodes.Status403Forbidden, "RequestTimeTooSkewed");
                return;
            case S3Fault.Silent:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
        }
        using var answer = await ForwardAsync(context);
        if (fault == S3Fault.AnswerLost)
        {
            await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            context.Abort();
            return;
        }
        await ReturnAsync(context, answer, fault);
    }

    private static Task RefuseAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync($"<Error><Code>{code}</Code><Message>{code}.</Message></Error>", context.RequestAborted);
    }

    private async Task<HttpResponseMessage> ForwardAsync(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, target));
        if (context.Request.ContentLength is > 0)
            request.Content = new StreamContent(context.Request.Body);
        else if (context.Request.Method is "PUT" or "POST")
            request.Content = new ByteArrayContent([]);
        foreach (var (name, values) in context.Request.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, values.AsEnumerable()))
                request.Content?.Headers.TryAddWithoutValidation(name, values.AsEnumerable());
        }
        return await _upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
    }

    private static async Task ReturnAsync(HttpContext context, HttpResponseMessage answer, S3Fault? fault)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection"))
                context.Response.Headers[name] = values.ToArray();
        }
        if (context.Request.Method == "HEAD" || answer.StatusCode == HttpStatusCode.NoContent)
            return;
        var body = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
        if (fault == S3Fault.Lie && body.Length > 0)
            body[body.Length / 2] ^= 1;
        if (fault != S3Fault.Truncate)
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
            return;
        }
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}

public enum S3Fault
{
    /// <summary>The connection breaks before anything is answered.</summary>
    Down,

    /// <summary>503, as servers answer to too many requests.</summary>
    SlowDown,

    /// <summary>403, as servers answer when the clocks differ.</summary>
    Skewed,

    /// <summary>Nothing is ever answered.</summary>
    Silent,

    /// <summary>The server does it, and the answer gets lost.</summary>
    AnswerLost,

    /// <summary>The connection breaks in the middle of the content.</summary>
    Truncate,

    /// <summary>One bit of the content is another.</summary>
    Lie,
}

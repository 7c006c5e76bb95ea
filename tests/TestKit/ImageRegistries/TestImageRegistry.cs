using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Twinrunner.TestKit.ImageRegistries;

/// <summary>
/// A stand-in of Docker Hub and other image registries on loopback, which engines talk to without TLS: the pulling half of the OCI
/// distribution specification, Docker's token login, and Docker Hub's interface for tags. It answers as their documentation says, and
/// misbehaves on request.
/// </summary>
public sealed partial class TestImageRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestImageRegistry(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>As images' names begin.</summary>
    public string Host => Address.Authority;

    /// <summary><c>name:password</c> that pulls must carry; null: anybody may pull.</summary>
    public string? Login { get; set; }

    /// <summary>The way of Docker Hub: a token from another address, also for those who have no login. Else the login itself.</summary>
    public bool UsesTokens { get; set; }

    /// <summary>Where tokens are to be had; null: here.</summary>
    public string? Realm { get; set; }

    /// <summary>How long tokens are good.</summary>
    public int TokenSeconds { get; set; } = 300;

    /// <summary>Blobs lie under another host name, as they do where a content network serves them.</summary>
    public bool RedirectsBlobs { get; set; }

    /// <summary>Tags on a page of <c>tags/list</c>.</summary>
    public int TagPage { get; set; } = 100;

    /// <summary>What Docker Hub says of pulls with each manifest: the limit in six hours, and what is left.</summary>
    public (int Limit, int Remaining)? Pulls { get; set; }

    /// <summary>Answers in place of the registry; false: it answers itself.</summary>
    public Func<HttpContext, Task<bool>>? Misbehave { get; set; }

    /// <summary>Digests of which it sends something else.</summary>
    public ConcurrentDictionary<string, byte[]> Lies { get; } = new();

    /// <summary>Method, path with query, and what was sent as <c>Authorization</c>, in order.</summary>
    public ConcurrentQueue<(string Method, string Path, string? Authorization)> Requests { get; } = new();

    public static async Task<TestImageRegistry> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // connections are cut on purpose
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var registry = new TestImageRegistry(app);
        app.Run(registry.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return registry;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>Answers everything, or what <paramref name="path"/> is part of, with a status.</summary>
    public void Fail(int status, string? retryAfter = null, string path = "") => Misbehave = context =>
    {
        if (!context.Request.Path.Value!.Contains(path, StringComparison.Ordinal))
            return Task.FromResult(false);
        context.Response.StatusCode = status;
        if (retryAfter is not null)
            context.Response.Headers.RetryAfter = retryAfter;
        return Task.FromResult(true);
    };

    /// <summary>Promises a long answer, sends its beginning, and cuts the connection.</summary>
    public void CutConnections() => Misbehave = async context =>
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
        return true;
    };

    /// <summary>Sends the beginning of an answer and nothing more.</summary>
    /// <returns>Done when a request has come, and when the client has given it up.</returns>
    public (Task Reached, Task Left) Stall()
    {
        var (reached, left) = (new TaskCompletionSource(), new TaskCompletionSource());
        Misbehave = async context =>
        {
            await context.Response.WriteAsync("{", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            reached.TrySetResult();
            await using (context.RequestAborted.Register(() => left.TrySetResult()))
                await left.Task;
            return true;
        };
        return (reached.Task, left.Task);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Kubernetes;

/// <summary>Stands in for an API server where a test needs one that misbehaves: answers requests one after the other as the test wrote down.</summary>
internal sealed class StandInApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _answers = new();

    private StandInApi(WebApplication app) => _app = app;

    /// <summary>Method, path and query of what was asked.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    public static async Task<StandInApi> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new StandInApi(app);
        app.Run(api.AnswerAsync);
        await app.StartAsync(cancellationToken);
        return api;
    }

    public StandInApi Answers(int status, string body, params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(context =>
        {
            context.Response.StatusCode = status;
            foreach (var (name, value) in headers)
                context.Response.Headers[name] = value;
            return context.Response.WriteAsync(body);
        });
        return this;
    }

    /// <summary>An answer that ends no earlier than that has happened.</summary>
    public StandInApi AnswersAfter(Task happened, string body)
    {
        _answers.Enqueue(async context =>
        {
            await context.Response.Body.FlushAsync();
            await happened;
            await context.Response.WriteAsync(body);
        });
        return this;
    }

    /// <summary>The lines of a watch, and then its end.</summary>
    public StandInApi Watches(params string[] lines) => Answers(200, string.Concat(lines.Select(line => line + "\n")));

    /// <summary>Closes the connection in the middle of an answer, but not so that the client would lose what it had not read yet.</summary>
    public StandInApi Breaks(string beginning)
    {
        _answers.Enqueue(context =>
        {
            context.Response.ContentLength = Encoding.UTF8.GetByteCount(beginning) + 1;
            return context.Response.WriteAsync(beginning);
        });
        return this;
    }

    /// <summary>Says nothing until the client gives up.</summary>
    public StandInApi IsSilent()
    {
        _answers.Enqueue(async context =>
        {
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        return this;
    }

    /// <summary>On this clock, pauses between requests take no time.</summary>
    public KubernetesApi Client(KubernetesOptions? options = null, TimeProvider? time = null) => new(
        new() { Server = new(_app.Urls.First() + "/"), Login = new FixedLogin(new("Bearer", "secret"), null) },
        options ?? new(),
        new(_services.GetRequiredService<IMeterFactory>()),
        time ?? new HastyTime(TimeSpan.FromSeconds(50)));

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _services.DisposeAsync();
    }

    private Task AnswerAsync(HttpContext context)
    {
        Asked.Enqueue($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}");
        if (_answers.TryDequeue(out var answer))
            return answer(context);
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }
}

using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Twinrunner.TestKit.GitHub;

/// <summary>What happens to a request in place of an answer.</summary>
public sealed class TestGitHubTrouble
{
    private TestGitHubTrouble(Func<HttpContext, Task> happenAsync) => HappenAsync = happenAsync;

    /// <summary>The connection is closed without a byte.</summary>
    public static TestGitHubTrouble CutConnection { get; } = new(context =>
    {
        context.Abort();
        return Task.CompletedTask;
    });

    /// <summary>The connection is closed in the middle of the body.</summary>
    public static TestGitHubTrouble CutBody { get; } = new(async context =>
    {
        context.Response.ContentLength = 10_000;
        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync("{\"id\": 1296269, \"na", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    });

    internal Func<HttpContext, Task> HappenAsync { get; }

    /// <summary>A page of the load balancer, which is not JSON.</summary>
    public static TestGitHubTrouble Status(int status) => new(context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync("<!DOCTYPE html><title>Unicorn! &middot; GitHub</title>", context.RequestAborted);
    });

    /// <summary>A secondary rate limit.</summary>
    /// <param name="status">403 or 429.</param>
    /// <param name="retryAfter">Seconds; null: GitHub doesn't say, and expects a minute's pause.</param>
    public static TestGitHubTrouble SecondaryLimit(int status, int? retryAfter) => new(context =>
    {
        context.Response.StatusCode = status;
        if (retryAfter is { } seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, """
            {"documentation_url": "https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits",
             "message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
            """);
    });

    public static TestGitHubTrouble Redirect(string location) => new(context =>
    {
        context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    });

    /// <summary>Any bytes with status 200.</summary>
    public static TestGitHubTrouble Answer(string body) => new(context => WriteAsync(context, body));

    /// <summary>Nothing is sent until the caller gives up.</summary>
    public static TestGitHubTrouble Silence(TaskCompletionSource reached) => new(async context =>
    {
        reached.TrySetResult();
        var gone = new TaskCompletionSource();
        await using var registration = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    });

    private static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(json), context.RequestAborted).AsTask();
    }
}

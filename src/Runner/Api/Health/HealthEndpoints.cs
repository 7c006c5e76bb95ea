using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Hosting;
using Twinrunner.Storage.Database;

namespace Twinrunner.Runner.Api;

/// <summary>
/// What a process supervisor or a load balancer asks. Probes are answered before access is checked and before routing: they
/// come from a kubelet or a load balancer, under any name and without a token, say nothing about the data, and a server
/// that nobody else asks anything never builds its routes.
/// </summary>
internal static class HealthEndpoints
{
    private const string Alive = "/healthz";
    private const string Ready = "/readyz";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void UseHealth(this IApplicationBuilder app)
    {
        app.MapWhen(context => Asks(context, Alive), probe => probe.Run(context => GetAlive().ExecuteAsync(context)));
        app.MapWhen(context => Asks(context, Ready), probe => probe.Run(GetReadyAsync));
    }

    /// <summary>Shows the probes to who makes the OpenAPI document; requests never come this far.</summary>
    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet(Alive, GetAlive).WithTags("Health").WithName("GetHealth")
            .WithSummary("The process answers; a restart would not help");
        app.MapGet(Ready, ReadinessAsync).WithTags("Health").WithName("GetReadiness")
            .WithSummary("Requests can be served: the database answers, and the data folder takes files");
    }

    private static bool Asks(HttpContext context, string path) =>
        context.Request.Path == path && (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method));

    private static ContentHttpResult GetAlive() => TypedResults.Text("alive\n");

    private static async Task GetReadyAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var readiness = await ReadinessAsync(
            services.GetRequiredService<IDocumentDatabase>(),
            services.GetRequiredService<HostSettings>(),
            services.GetRequiredService<TimeProvider>(),
            context.RequestAborted);
        await readiness.ExecuteAsync(context);
    }

    private static async Task<Results<ContentHttpResult, Problem>> ReadinessAsync(
        IDocumentDatabase database, HostSettings settings, TimeProvider time, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await database.PingAsync(either.Token);
            var probe = Path.Combine(settings.DataFolder, $".ready-{Path.GetRandomFileName()}");
            await File.WriteAllBytesAsync(probe, [1], either.Token);
            File.Delete(probe);
            return TypedResults.Text("ready\n");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Problem.Unavailable($"The database or the data folder did not answer within {Patience.TotalSeconds:0} s.");
        }
        catch (DatabaseException exception)
        {
            return Problem.Unavailable(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Problem.Unavailable($"The data folder takes no files: {exception.Message}");
        }
    }
}

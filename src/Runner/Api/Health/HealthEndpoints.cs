using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Runner.Hosting;
using Twinrunner.Storage.Database;

namespace Twinrunner.Runner.Api;

/// <summary>What a process supervisor or a load balancer asks.</summary>
internal static class HealthEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/healthz", () => TypedResults.Text("alive\n")).WithTags("Health").WithName("GetHealth")
            .WithSummary("The process answers; a restart would not help");
        app.MapGet("/readyz", ReadyAsync).WithTags("Health").WithName("GetReadiness")
            .WithSummary("Requests can be served: the database answers, and the data folder takes files");
    }

    private static async Task<Results<ContentHttpResult, Problem>> ReadyAsync(
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

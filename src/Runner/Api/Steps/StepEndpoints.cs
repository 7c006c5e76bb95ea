using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Runner.Executions;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

internal static class StepEndpoints
{
    public static void MapSteps(this IEndpointRouteBuilder api)
    {
        var steps = api.MapGroup("/steps").WithTags("Steps");
        steps.MapGet("/{id}", GetAsync).WithName("GetStep").WithSummary("One step");
        steps.MapPost("/{id}/stop", StopAsync).WithName("StopStep").WithSummary("End a background or interactive step, which then has succeeded");
    }

    private static async Task<Results<Ok<StepView>, Problem>> GetAsync(Id<Step> id, StepStore steps, CancellationToken cancellationToken) =>
        await steps.GetAsync(id, cancellationToken) is { } step ? TypedResults.Ok(step.ToView()) : Problem.NotFound("step", id);

    private static async Task<Results<Ok<StepView>, Problem>> StopAsync(
        Id<Step> id, ExecutionService service, StepStore steps, CancellationToken cancellationToken) =>
        await service.StopStepAsync(id, cancellationToken) switch
        {
            ExecutionChange.Conflict conflict => Problem.Conflict(conflict.Message),
            ExecutionChange.Done when await steps.GetAsync(id, cancellationToken) is { } step => TypedResults.Ok(step.ToView()),
            _ => Problem.NotFound("step", id),
        };
}

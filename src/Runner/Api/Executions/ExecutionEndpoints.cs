using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>Looking at executions. What changes them is in <see cref="ExecutionActions"/>.</summary>
internal static class ExecutionEndpoints
{
    private const int LongestSearch = 200;

    public static void MapExecutions(this IEndpointRouteBuilder api)
    {
        var executions = api.MapGroup("/executions").WithTags("Executions");
        executions.MapGet("", ListAsync).WithName("ListExecutions")
            .WithSummary("Executions, newest first")
            .WithDescription("With label or text, a page may hold fewer than limit executions and still have a next one: the server looks at some thousand executions for each page.");
        executions.MapGet("/{id}", GetAsync).WithName("GetExecution").WithSummary("One execution");
        executions.MapGet("/{id}/steps", ListStepsAsync).WithName("ListSteps").WithSummary("Steps of an execution, in the order of the workflow file");
        executions.MapExecutionActions();
    }

    private static async Task<Results<Ok<Page<ExecutionSummary>>, Problem>> ListAsync(
        Client.ExecutionStatus? status, Id<DigitalTwin>? digitalTwin, string? label, string? text, Id<Execution>? after, int? limit,
        ExecutionStore executions, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var faults = new List<FaultView>();
        if (status is { } known && !Enum.IsDefined(known))
            faults.Add(new(0, 0, "status", $"expected one of {string.Join(", ", Enum.GetNames<Client.ExecutionStatus>())}"));
        if (label is not null && label.IndexOf('=') <= 0)
            faults.Add(new(0, 0, "label", "expected name=value"));
        if (text is { Length: > LongestSearch })
            faults.Add(new(0, 0, "text", $"has more than {LongestSearch} characters"));
        if (faults.Count > 0)
            return Problem.InvalidRequest(faults);

        if (label is null && string.IsNullOrEmpty(text))
        {
            var found = await executions.ListAsync(after, status?.FromWire(), digitalTwin, size + 1, cancellationToken);
            return TypedResults.Ok(found.ToPage(size, request, execution => execution.Id, ExecutionViews.ToSummary));
        }
        var search = new ExecutionSearch(executions, status?.FromWire(), digitalTwin, label, text);
        var (matches, next) = await search.FindAsync(after, size, cancellationToken);
        return TypedResults.Ok(new Page<ExecutionSummary>(
            [.. matches.Select(ExecutionViews.ToSummary)], next.Text(), next is { } cursor ? Paging.HrefAfter(request, cursor.ToString()) : null));
    }

    private static async Task<Results<Ok<ExecutionView>, Problem>> GetAsync(
        Id<Execution> id, ExecutionStore executions, StepStore steps, CancellationToken cancellationToken) =>
        await executions.GetAsync(id, cancellationToken) is { } execution
            ? TypedResults.Ok(await execution.ToViewAsync(steps, cancellationToken))
            : Problem.NotFound("execution", id);

    private static async Task<Results<Ok<Page<StepView>>, Problem>> ListStepsAsync(
        Id<Execution> id, Id<Step>? after, int? limit, ExecutionStore executions, StepStore steps, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (await executions.GetAsync(id, cancellationToken) is null)
            return Problem.NotFound("execution", id);
        var found = await steps.ListAsync(id, after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, step => step.Id, StepViews.ToView));
    }
}

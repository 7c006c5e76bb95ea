using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>Workflow files kept under a name.</summary>
internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");
        workflows.MapPut("/{name}", SaveAsync).WithName("SaveWorkflow")
            .WithSummary("Keep a workflow file under a name, in place of the one that was there")
            .WithDescription("Send JSON, or the file itself as application/yaml. A file with faults is not kept.")
            .Accepts<SaveWorkflow>("application/json", "application/yaml")
            .Produces<ProblemView>(StatusCodes.Status422UnprocessableEntity, Problem.ContentType);
        workflows.MapGet("", ListAsync).WithName("ListWorkflows").WithSummary("Saved workflows, newest first");
        workflows.MapGet("/{name}", GetAsync).WithName("GetWorkflow").WithSummary("One saved workflow");
        workflows.MapDelete("/{name}", DeleteAsync).WithName("DeleteWorkflow").WithSummary("Forget a saved workflow; its executions stay");
        workflows.MapPost("/{name}/run", RunAsync).WithName("RunWorkflow").WithSummary("Start a saved workflow")
            .Produces<ProblemView>(StatusCodes.Status422UnprocessableEntity, Problem.ContentType);
    }

    private static async Task<Results<Ok<WorkflowView>, Created<WorkflowView>, Problem>> SaveAsync(
        string name, HttpRequest request, WorkflowStore workflows, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Names.CheckForPath("name", name) is { } fault)
            return Problem.InvalidRequest([fault]);
        string? spec;
        if (SubmissionReader.IsYaml(request))
            spec = await SubmissionReader.ReadTextAsync(request, cancellationToken);
        else if (request.HasJsonContentType())
            spec = (await SubmissionReader.ReadJsonAsync<SaveWorkflow>(request, cancellationToken)).Spec;
        else
            return Problem.UnsupportedMediaType("Send a workflow as 'Content-Type: application/yaml', or JSON as 'application/json'.");
        if (spec is null)
            return Problem.InvalidRequest("The body is not UTF-8.");
        var parsed = WorkflowParser.Parse(spec);
        if (parsed.Faults.Any(found => !found.IsWarning))
            return Problem.InvalidWorkflow(parsed.Faults.ToViews());

        while (true)
        {
            var now = time.GetUtcNow();
            if (await workflows.FindByNameAsync(name, cancellationToken) is { } earlier
                && await workflows.UpdateAsync(earlier.Id, workflow => workflow with { RawSpec = spec, UpdatedAt = now }, cancellationToken) is { } changed)
                return TypedResults.Ok(ToView(changed));
            var added = new Workflow { Id = Id<Workflow>.New(time), Name = name, RawSpec = spec, CreatedAt = now, UpdatedAt = now };
            if (await workflows.TryInsertAsync(added, cancellationToken))
                return TypedResults.Created(Hrefs.Workflow(name), ToView(added));
        }
    }

    private static async Task<Results<Ok<Page<WorkflowView>>, Problem>> ListAsync(
        Id<Workflow>? after, int? limit, WorkflowStore workflows, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await workflows.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, workflow => workflow.Id, workflow => ToView(workflow) with { Spec = null }));
    }

    private static async Task<Results<Ok<WorkflowView>, Problem>> GetAsync(string name, WorkflowStore workflows, CancellationToken cancellationToken) =>
        await workflows.FindByNameAsync(name, cancellationToken) is { } workflow
            ? TypedResults.Ok(ToView(workflow))
            : Problem.NotFound("workflow", name);

    private static async Task<Results<NoContent, Problem>> DeleteAsync(string name, WorkflowStore workflows, CancellationToken cancellationToken) =>
        await workflows.FindByNameAsync(name, cancellationToken) is { } workflow && await workflows.DeleteAsync(workflow.Id, cancellationToken)
            ? TypedResults.NoContent()
            : Problem.NotFound("workflow", name);

    private static async Task<Results<Created<ExecutionView>, Problem>> RunAsync(
        string name, RunWorkflow? body,
        WorkflowStore workflows, SubmissionReader reader, ExecutionService service, StepStore steps, CancellationToken cancellationToken)
    {
        if (await workflows.FindByNameAsync(name, cancellationToken) is not { } workflow)
            return Problem.NotFound("workflow", name);
        var wish = body ?? new RunWorkflow();
        var faults = new List<FaultView>();
        var submit = await reader.ToRequestAsync(
            new SubmitExecution
            {
                Spec = workflow.RawSpec,
                SourceName = workflow.Name,
                Parameters = wish.Parameters,
                Labels = wish.Labels,
                DigitalTwin = wish.DigitalTwin,
                Title = wish.Title,
                NoCache = wish.NoCache,
                Priority = wish.Priority,
            },
            createTwin: true, faults, cancellationToken);
        return faults.Count > 0
            ? Problem.InvalidRequest(faults)
            : await ExecutionActions.StartAsync(submit with { Workflow = workflow.Id }, service, steps, cancellationToken);
    }

    private static WorkflowView ToView(Workflow workflow) => new()
    {
        Id = workflow.Id.ToString(),
        Href = Hrefs.Workflow(workflow.Name),
        Name = workflow.Name,
        Spec = workflow.RawSpec,
        Deprecated = workflow.Deprecated,
        CreatedAt = workflow.CreatedAt,
        UpdatedAt = workflow.UpdatedAt,
    };
}

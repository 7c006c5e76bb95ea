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

/// <summary>Starting executions and changing their course.</summary>
internal static class ExecutionActions
{
    public static void MapExecutionActions(this IEndpointRouteBuilder executions)
    {
        executions.MapPost("", SubmitAsync).WithName("SubmitExecution")
            .WithSummary("Start a workflow")
            .WithDescription(SubmissionReader.Description)
            .Accepts<SubmitExecution>("application/json", "application/yaml")
            .Produces<ProblemView>(StatusCodes.Status422UnprocessableEntity, Problem.ContentType);
        executions.MapPost("/plan", PlanAsync).WithName("PlanExecution")
            .WithSummary("Check and resolve a workflow without starting it")
            .WithDescription(SubmissionReader.Description)
            .Accepts<SubmitExecution>("application/json", "application/yaml")
            .Produces<ProblemView>(StatusCodes.Status422UnprocessableEntity, Problem.ContentType);
        executions.MapPost("/{id}/cancel", CancelAsync).WithName("CancelExecution")
            .WithSummary("Stop an execution and everything in it");
        executions.MapPost("/{id}/pause", PauseAsync).WithName("PauseExecution")
            .WithSummary("Let running steps end and start no others");
        executions.MapPost("/{id}/resume", ResumeAsync).WithName("ResumeExecution")
            .WithSummary("Go on with a paused, failed or cancelled execution; steps that succeeded are kept");
        executions.MapPost("/{id}/rerun", RerunAsync).WithName("RerunExecution")
            .WithSummary("Start a new execution of the same workflow, whole or from one step on");
    }

    private static async Task<Results<Created<ExecutionView>, Problem>> SubmitAsync(
        HttpRequest request, SubmissionReader reader, ExecutionService service, StepStore steps, CancellationToken cancellationToken)
    {
        var submission = await reader.ReadAsync(request, createTwin: true, cancellationToken);
        return submission.Request is { } submit
            ? await StartAsync(submit, service, steps, cancellationToken)
            : submission.Problem!;
    }

    /// <summary>The answer to a submission, whatever it came from.</summary>
    public static async Task<Results<Created<ExecutionView>, Problem>> StartAsync(
        SubmitRequest submit, ExecutionService service, StepStore steps, CancellationToken cancellationToken)
    {
        var result = await service.SubmitAsync(submit, cancellationToken);
        return result.Execution is { } execution
            ? TypedResults.Created(Hrefs.Execution(execution.Id), await execution.ToViewAsync(steps, cancellationToken))
            : Problem.InvalidWorkflow(result.Faults.ToViews());
    }

    private static async Task<Results<Ok<PlanView>, Problem>> PlanAsync(
        HttpRequest request, SubmissionReader reader, ExecutionService service, CancellationToken cancellationToken)
    {
        var submission = await reader.ReadAsync(request, createTwin: false, cancellationToken);
        if (submission.Request is not { } submit)
            return submission.Problem!;
        var plan = await service.DryRunAsync(submit, cancellationToken);
        return plan.Execution is { } execution
            ? TypedResults.Ok(PlanViews.ToView(execution, plan.Steps, plan.Faults))
            : Problem.InvalidWorkflow(plan.Faults.ToViews());
    }

    private static async Task<Results<Ok<ExecutionView>, Problem>> CancelAsync(
        Id<Execution> id, CancelExecution? body, ExecutionService service, StepStore steps, CancellationToken cancellationToken) =>
        await AnswerAsync(id, await service.CancelAsync(id, body?.Message, cancellationToken), steps, cancellationToken);

    private static async Task<Results<Ok<ExecutionView>, Problem>> PauseAsync(
        Id<Execution> id, ExecutionService service, StepStore steps, CancellationToken cancellationToken) =>
        await AnswerAsync(id, await service.PauseAsync(id, cancellationToken), steps, cancellationToken);

    private static async Task<Results<Ok<ExecutionView>, Problem>> ResumeAsync(
        Id<Execution> id, ExecutionService service, StepStore steps, CancellationToken cancellationToken) =>
        await AnswerAsync(id, await service.ResumeAsync(id, cancellationToken), steps, cancellationToken);

    private static async Task<Results<Created<ExecutionView>, Problem>> RerunAsync(
        Id<Execution> id, RerunExecution? body, ExecutionService service, StepStore steps, CancellationToken cancellationToken)
    {
        var wish = body ?? new RerunExecution();
        var change = await service.RerunAsync(id, new RerunRequest(wish.FromStep, wish.Parameters, wish.NoCache), cancellationToken);
        return change is ExecutionChange.Done { Execution: var execution }
            ? TypedResults.Created(Hrefs.Execution(execution.Id), await execution.ToViewAsync(steps, cancellationToken))
            : Refusal(id, change);
    }

    private static async Task<Results<Ok<ExecutionView>, Problem>> AnswerAsync(
        Id<Execution> id, ExecutionChange change, StepStore steps, CancellationToken cancellationToken) =>
        change is ExecutionChange.Done { Execution: var execution }
            ? TypedResults.Ok(await execution.ToViewAsync(steps, cancellationToken))
            : Refusal(id, change);

    private static Problem Refusal(Id<Execution> id, ExecutionChange change) => change switch
    {
        ExecutionChange.Conflict conflict => Problem.Conflict(conflict.Message),
        ExecutionChange.Invalid invalid => Problem.InvalidWorkflow(invalid.Faults.ToViews()),
        _ => Problem.NotFound("execution", id),
    };
}

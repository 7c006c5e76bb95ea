namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Executions = Api + "executions";

    /// <summary>Starts a workflow. It is stored durably when this returns.</summary>
    /// <param name="idempotencyKey">The same key again within a day answers with the same execution instead of starting another.</param>
    /// <exception cref="ApiException">The workflow has faults (<see cref="ApiException.Faults"/>), …</exception>
    public Task<ExecutionView> SubmitAsync(SubmitExecution request, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        PostAsync(Executions, request, WireJson.Default.SubmitExecution, WireJson.Default.ExecutionView, cancellationToken, idempotencyKey);

    /// <summary>Checks and resolves a workflow without storing anything.</summary>
    public Task<PlanView> PlanAsync(SubmitExecution request, CancellationToken cancellationToken) =>
        PostAsync(Executions + "/plan", request, WireJson.Default.SubmitExecution, WireJson.Default.PlanView, cancellationToken);

    public Task<Page<ExecutionSummary>> ListExecutionsAsync(ExecutionQuery query, CancellationToken cancellationToken) =>
        GetAsync(
            Query(Executions,
                ("status", query.Status?.ToString()), ("digitalTwin", query.DigitalTwin), ("label", query.Label), ("text", query.Text),
                ("after", query.After), ("limit", query.Limit?.ToString())),
            WireJson.Default.PageExecutionSummary, cancellationToken);

    /// <summary>Null: there is no such execution.</summary>
    public Task<ExecutionView?> FindExecutionAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{Executions}/{Part(id)}", WireJson.Default.ExecutionView, cancellationToken);

    public Task<ExecutionView> GetExecutionAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"{Executions}/{Part(id)}", WireJson.Default.ExecutionView, cancellationToken);

    public Task<ExecutionView> CancelExecutionAsync(string id, string? message, CancellationToken cancellationToken) =>
        PostAsync(
            $"{Executions}/{Part(id)}/cancel", new CancelExecution { Message = message },
            WireJson.Default.CancelExecution, WireJson.Default.ExecutionView, cancellationToken);

    /// <summary>Lets running steps end and starts no others.</summary>
    public Task<ExecutionView> PauseExecutionAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"{Executions}/{Part(id)}/pause", WireJson.Default.ExecutionView, cancellationToken);

    /// <summary>Goes on with a paused execution, or with a failed or cancelled one where finished steps are kept.</summary>
    public Task<ExecutionView> ResumeExecutionAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"{Executions}/{Part(id)}/resume", WireJson.Default.ExecutionView, cancellationToken);

    /// <summary>Makes a new execution of the same workflow; returns the new one.</summary>
    public Task<ExecutionView> RerunExecutionAsync(string id, RerunExecution request, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        PostAsync(
            $"{Executions}/{Part(id)}/rerun", request,
            WireJson.Default.RerunExecution, WireJson.Default.ExecutionView, cancellationToken, idempotencyKey);

    /// <summary>The steps in the order of the workflow file.</summary>
    public Task<Page<StepView>> ListStepsAsync(string executionId, string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(
            Query($"{Executions}/{Part(executionId)}/steps", ("after", after), ("limit", limit?.ToString())),
            WireJson.Default.PageStepView, cancellationToken);

    /// <summary>All steps of an execution in the order of the workflow file.</summary>
    public IAsyncEnumerable<StepView> AllStepsAsync(string executionId, CancellationToken cancellationToken) =>
        AllAsync((after, token) => ListStepsAsync(executionId, after, 500, token), cancellationToken);
}

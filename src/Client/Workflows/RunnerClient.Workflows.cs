namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Workflows = Api + "workflows";

    /// <summary>Keeps a workflow file under a name, in place of the one that was there.</summary>
    /// <exception cref="ApiException">The workflow has faults (<see cref="ApiException.Faults"/>), …</exception>
    public Task<WorkflowView> SaveWorkflowAsync(string name, SaveWorkflow workflow, CancellationToken cancellationToken) =>
        PutAsync($"{Workflows}/{Part(name)}", workflow, WireJson.Default.SaveWorkflow, WireJson.Default.WorkflowView, cancellationToken);

    /// <summary>Saved workflows, newest first.</summary>
    public Task<Page<WorkflowView>> ListWorkflowsAsync(string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Workflows, ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageWorkflowView, cancellationToken);

    /// <summary>Null: there is no workflow of that name.</summary>
    public Task<WorkflowView?> FindWorkflowAsync(string name, CancellationToken cancellationToken) =>
        FindAsync($"{Workflows}/{Part(name)}", WireJson.Default.WorkflowView, cancellationToken);

    public Task DeleteWorkflowAsync(string name, CancellationToken cancellationToken) =>
        DeleteAsync($"{Workflows}/{Part(name)}", cancellationToken);

    public Task<ExecutionView> RunWorkflowAsync(string name, RunWorkflow request, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        PostAsync(
            $"{Workflows}/{Part(name)}/run", request,
            WireJson.Default.RunWorkflow, WireJson.Default.ExecutionView, cancellationToken, idempotencyKey);
}

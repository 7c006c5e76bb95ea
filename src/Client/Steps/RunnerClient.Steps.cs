namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Steps = Api + "steps";

    /// <summary>Null: there is no such step.</summary>
    public Task<StepView?> FindStepAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{Steps}/{Part(id)}", WireJson.Default.StepView, cancellationToken);

    public Task<StepView> GetStepAsync(string id, CancellationToken cancellationToken) =>
        GetAsync($"{Steps}/{Part(id)}", WireJson.Default.StepView, cancellationToken);

    /// <summary>Ends a background or interactive step, which then has succeeded.</summary>
    public Task<StepView> StopStepAsync(string id, CancellationToken cancellationToken) =>
        PostAsync($"{Steps}/{Part(id)}/stop", WireJson.Default.StepView, cancellationToken);
}

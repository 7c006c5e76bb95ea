using Twinrunner.Cli.Executions;
using Twinrunner.Client;

namespace Twinrunner.Cli.Outputs;

/// <summary>Finds what steps left.</summary>
internal static class OutputLookup
{
    /// <summary>The steps that are meant, in the order of the workflow file.</summary>
    public static async Task<IReadOnlyList<StepView>> StepsAsync(RunnerClient client, OutputAddress address, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(client, address.Execution, cancellationToken);
        if (address.Step is not null)
            return [await Naming.StepAsync(client, id, address.Step, cancellationToken)];
        var steps = new List<StepView>();
        await foreach (var step in client.AllStepsAsync(id, cancellationToken))
            steps.Add(step);
        return steps;
    }

    /// <summary>What the step's last attempt left; a cached step has the outputs of the one that stands in for it.</summary>
    /// <param name="attempt">Another attempt's.</param>
    public static async Task<IReadOnlyList<OutputView>> OfAsync(RunnerClient client, StepView step, int? attempt, CancellationToken cancellationToken)
    {
        var found = (await client.ListOutputsAsync(step.Id, cancellationToken)).Items;
        if (found.Count == 0 && step.CachedFrom is { } other)
            found = (await client.ListOutputsAsync(other, cancellationToken)).Items;
        var wanted = attempt ?? found.Select(output => output.Attempt).DefaultIfEmpty().Max();
        return [.. found.Where(output => output.Attempt == wanted)];
    }
}

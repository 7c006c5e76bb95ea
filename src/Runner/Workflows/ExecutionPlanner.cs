using Twinrunner.Runner.Workflows.Planning;

namespace Twinrunner.Runner.Workflows;

/// <summary>
/// Makes an execution and its steps from a workflow file. Pure: the same file, request and catalogue give the same plan. All
/// faults are told at once, the parser's among them. The work grows with the number of steps and of dependencies.
/// </summary>
public static class ExecutionPlanner
{
    /// <summary>Steps of one execution, the items of matrices counted.</summary>
    public const int MaxSteps = 100_000;

    /// <summary>Steps that one step may need: its document names each of them.</summary>
    public const int MaxNeeds = 10_000;

    /// <summary>Pairs of a step and one that it needs, over the whole execution.</summary>
    public const int MaxDependencies = 1_000_000;

    public static PlanResult Plan(WorkflowFile file, PlanRequest request, ICatalogue catalogue)
    {
        var faults = new FaultList();
        try
        {
            faults.AddRange(file.Faults);
            var plan = new PlanBuilder(file, request, catalogue, faults).Build();
            if (plan is not null && faults.Errors == 0)
                return plan with { Faults = faults.ToList() };
        }
        catch (FaultList.FullException)
        {
            // what was found is told
        }
        return new(null, [], faults.ToList());
    }
}

using Twinrunner.Client;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Api;

internal static class PlanViews
{
    public static PlanView ToView(Execution execution, IReadOnlyList<Step> steps, IReadOnlyList<Fault> faults)
    {
        var names = steps.ToDictionary(step => step.Id, step => step.Name);
        return new()
        {
            Title = execution.Title,
            Description = execution.Description,
            Parameters = execution.Parameters,
            Labels = execution.Labels,
            MaxParallel = execution.MaxParallel,
            TimeoutSeconds = execution.Timeout?.TotalSeconds,
            KeepGoing = execution.KeepGoing,
            Steps = [.. steps.Select(step => new PlannedStepView(step.Name, [.. step.DependsOn.Select(id => names[id])], step.Parameters, Named(step.Spec.ToView())))],
            Warnings = faults.ToViews(),
        };

        // The ids of a plan point nowhere: its inputs come from names.
        StepSpecView Named(StepSpecView spec) => spec with
        {
            Inputs = [.. spec.Inputs.Select(input => input with { From = [.. input.From.Select(id => names[Storage.Id<Step>.Parse(id)])] })],
        };
    }

    public static IReadOnlyList<FaultView> ToViews(this IReadOnlyList<Fault> faults) =>
        [.. faults.Select(fault => new FaultView(fault.Line, fault.Column, fault.Where, fault.Message, fault.Hint, fault.IsWarning))];
}

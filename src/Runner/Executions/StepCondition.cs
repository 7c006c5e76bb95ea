using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

/// <summary>Whether a step whose dependencies have ended runs.</summary>
public static class StepCondition
{
    /// <summary>Why the step does not run, for people; null: it runs.</summary>
    public static string? Refusal(Execution execution, Step step, IReadOnlyList<Step> dependencies)
    {
        var problems = new List<string>();
        if (RunTimeExpressions.EvaluateCondition(step.Spec.When, ScopeOf(execution, dependencies), problems))
            return null;
        if (problems.Count > 0)
            return string.Join(" ", problems);
        var missing = dependencies.FirstOrDefault(dependency => !Counts(dependency));
        return step.Spec.When is null || missing is not null
            ? $"step '{missing?.Name}' did not succeed"
            : $"its condition is false: {step.Spec.When}";
    }

    /// <summary>What the step's expressions see.</summary>
    public static RunTimeScope ScopeOf(Execution execution, IReadOnlyList<Step> dependencies) => new(
        execution.Id,
        execution.Title,
        dependencies.ToDictionary(dependency => dependency.Name, dependency => Seen(execution, dependency)));

    private static bool Counts(Step dependency) => dependency.Status.IsSuccess() || dependency is { Spec.Background: true, ReadyAt: not null };

    private static RunTimeStep Seen(Execution execution, Step step)
    {
        var published = step.PublishedPorts?.ToDictionary(port => int.Parse(port.Key), port => port.Value) ?? [];
        // On the execution's own network a step is met under its name and at the port it listens on; without one (local
        // processes) at the loopback address and the port it was given there.
        return execution.Network is not null
            ? new(step.Status, step.ExitCode, step.OutputValues ?? Nothing, StepHostName.Of(step.Name), step.Spec.Ports.ToDictionary(port => port.Container, port => port.Container))
            : new(step.Status, step.ExitCode, step.OutputValues ?? Nothing, published.Count > 0 ? "127.0.0.1" : null, published);
    }

    private static readonly Dictionary<string, string> Nothing = [];
}

/// <summary>The name under which other steps of an execution reach a step.</summary>
public static class StepHostName
{
    /// <summary><c>simulate[3]</c> becomes <c>simulate-3</c>, because brackets can't be in host names.</summary>
    public static string Of(string stepName) => stepName.Replace("[", "-", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal);
}

using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

/// <summary>The executors of this node, and which of them launches what.</summary>
public sealed class ExecutorSet(IEnumerable<IStepExecutor> executors)
{
    private readonly IReadOnlyList<IStepExecutor> _executors = [.. executors];

    public IReadOnlyList<IStepExecutor> All => _executors;

    public IReadOnlyList<string> Names => [.. _executors.Select(executor => executor.Name)];

    /// <summary>The executor for the step. The scheduler claims no step that has none here.</summary>
    public IStepExecutor For(StepSpec spec) =>
        _executors.FirstOrDefault(executor => executor.Name == "process" == (spec.Kind == StepKind.Process))
        ?? throw new InvalidOperationException($"This node has no executor for a {spec.Kind} step.");
}

using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>The labels by which our containers and networks are found again.</summary>
internal static class ContainerLabels
{
    public const string Step = "twinrunner.step";
    public const string Attempt = "twinrunner.attempt";
    public const string Execution = "twinrunner.execution";
    public const string Installation = "twinrunner.installation";
    public const string Name = "twinrunner.name";
    public const string Image = "twinrunner.image";

    /// <summary>The plan's own labels, and ours over them.</summary>
    public static Dictionary<string, string> For(StepPlan plan, string installation)
    {
        var labels = new Dictionary<string, string>(plan.Labels)
        {
            [Step] = plan.Key.Step.ToString(),
            [Attempt] = plan.Key.Attempt.ToString(),
            [Execution] = plan.Execution.ToString(),
            [Installation] = installation,
            [Name] = plan.StepName,
        };
        // The container itself may be made by id: this tells people what it was.
        if (plan.Image is { } image)
            labels[Image] = image;
        return labels;
    }

    /// <summary>Null: its labels don't name a step.</summary>
    public static OwnedStep? Read(ContainerSummary container) =>
        container.Labels.TryGetValue(Step, out var step)
        && container.Labels.TryGetValue(Attempt, out var attempt)
        && container.Labels.TryGetValue(Execution, out var execution)
        && Id<Step>.TryParse(step, null, out var stepId)
        && int.TryParse(attempt, out var number)
        && Id<Execution>.TryParse(execution, null, out var executionId)
            ? new(new(stepId, number), executionId, container.State is "running" or "paused" or "restarting")
            : null;
}

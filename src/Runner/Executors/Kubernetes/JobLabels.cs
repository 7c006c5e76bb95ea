using System.Text.RegularExpressions;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>The labels by which what is ours is found again.</summary>
internal static partial class JobLabels
{
    public const string Step = "twinrunner.step";
    public const string Attempt = "twinrunner.attempt";
    public const string Execution = "twinrunner.execution";
    public const string Installation = "twinrunner.installation";
    public const string Name = "twinrunner.name";

    /// <summary>Of pods; the newer name with a domain isn't there on 1.20.</summary>
    public const string Job = "job-name";

    public static string Own(string installation) => $"{Installation}={installation}";

    /// <summary>The plan's own labels where Kubernetes allows them as such, the policy's, and ours over them.</summary>
    public static Dictionary<string, string> For(StepPlan plan, string installation, IReadOnlyDictionary<string, string> policy)
    {
        var labels = new Dictionary<string, string>();
        foreach (var (key, value) in plan.Labels.Concat(policy))
        {
            if (Key().IsMatch(key) && Value().IsMatch(value))
                labels[key] = value;
        }
        labels[Step] = plan.Key.Step.ToString();
        labels[Attempt] = plan.Key.Attempt.ToString();
        labels[Execution] = plan.Execution.ToString();
        labels[Installation] = installation;
        if (Value().IsMatch(plan.StepName))
            labels[Name] = plan.StepName;
        return labels;
    }

    /// <summary>Null: its labels don't name a step.</summary>
    public static OwnedStep? Read(ObjectMeta metadata, bool running) =>
        metadata.Labels.TryGetValue(Step, out var step)
        && metadata.Labels.TryGetValue(Attempt, out var attempt)
        && metadata.Labels.TryGetValue(Execution, out var execution)
        && Id<Step>.TryParse(step, null, out var stepId)
        && int.TryParse(attempt, out var number)
        && Id<Execution>.TryParse(execution, null, out var executionId)
            ? new(new(stepId, number), executionId, running)
            : null;

    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Key();

    [GeneratedRegex(@"\A([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Value();
}

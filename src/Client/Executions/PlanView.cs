using System.Text.Json;

namespace Twinrunner.Client;

/// <summary>What would run: a workflow with everything resolved, nothing stored.</summary>
public sealed record PlanView
{
    public required string Title { get; init; }
    public string Description { get => field ?? ""; init; }
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }
    public int? MaxParallel { get; init; }
    public double? TimeoutSeconds { get; init; }
    public bool KeepGoing { get; init; }

    /// <summary>In the order of the workflow file.</summary>
    public required IReadOnlyList<PlannedStepView> Steps { get; init; }

    /// <summary>Only warnings: a file with faults is answered with a problem.</summary>
    public IReadOnlyList<FaultView> Warnings { get => field ??= []; init; }
}

/// <param name="DependsOn">Names of the steps that must end before it starts.</param>
/// <param name="Parameters">As the step will get them in its environment.</param>
public sealed record PlannedStepView(
    string Name,
    IReadOnlyList<string> DependsOn,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    StepSpecView Spec);

using System.Text.Json;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

/// <summary>A workflow to run.</summary>
/// <param name="Spec">Text of the workflow file.</param>
public sealed record SubmitRequest(string Spec)
{
    /// <summary>Where the file came from, for its title and its faults.</summary>
    public string? SourceName { get; init; }

    public string? Title { get; init; }
    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>();
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Over the twin that the file names.</summary>
    public Id<DigitalTwin>? DigitalTwin { get; init; }

    public Id<Workflow>? Workflow { get; init; }
    public bool NoCache { get; init; }
    public int? Priority { get; init; }
}

/// <summary>The stored execution, or the faults because of which there is none. Warnings come with both.</summary>
public sealed record SubmitResult(Execution? Execution, IReadOnlyList<Step> Steps, IReadOnlyList<Fault> Faults);

/// <param name="FromStep">Steps that don't depend on this one keep their outputs of the earlier run; null: everything runs again.</param>
/// <param name="Parameters">The workflow's parameters; names that it doesn't have are parameters of <paramref name="FromStep"/>.</param>
public sealed record RerunRequest(string? FromStep, IReadOnlyDictionary<string, JsonElement> Parameters, bool NoCache);

/// <summary>What became of a wish to change an execution: exactly one of the four.</summary>
public abstract record ExecutionChange
{
    public sealed record Done(Execution Execution) : ExecutionChange;

    public sealed record NotFound : ExecutionChange;

    /// <summary>Its status doesn't allow it; the message says which and what to do.</summary>
    public sealed record Conflict(string Message) : ExecutionChange;

    public sealed record Invalid(IReadOnlyList<Fault> Faults) : ExecutionChange;
}

using System.Text.Json;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows;

/// <summary>What <see cref="WorkflowParser"/> made of a text.</summary>
/// <param name="File">Null when the text isn't even a YAML mapping. A file with faults is there too, so that planning can find the rest of them.</param>
/// <param name="Faults">In the order of the file.</param>
public sealed record ParsedWorkflow(WorkflowFile? File, IReadOnlyList<Fault> Faults)
{
    public bool HasErrors => Faults.Any(f => !f.IsWarning);
}

/// <summary>A workflow file, checked as far as it can be without components and parameters given. docs/workflow-file.md describes it.</summary>
public sealed record WorkflowFile
{
    /// <summary>Name of the digital twin that it belongs to.</summary>
    public string? Twin { get; init; }

    /// <summary>May hold expressions over parameters.</summary>
    public string? Title { get; init; }

    public string? Description { get; init; }
    public IReadOnlyList<WorkflowParameter> Parameters { get; init; } = [];
    public TimeSpan? Timeout { get; init; }
    public int? MaxParallel { get; init; }
    public bool KeepGoing { get; init; }

    /// <summary>Steps that don't say themselves may be cached.</summary>
    public bool Cache { get; init; }

    public int Priority { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<WorkflowStep> Steps { get; init; } = [];

    /// <summary>What the parser found wrong.</summary>
    public IReadOnlyList<Fault> Faults { get; init; } = [];

    /// <summary>Names of the components that its steps name, without versions: what a catalogue for planning must hold.</summary>
    public IReadOnlyList<string> ComponentNames { get; init; } = [];

    internal YamlMap Root { get; init; } = new(1, 1);
}

/// <summary>A parameter of the workflow.</summary>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c> or <c>list</c>.</param>
/// <param name="Default">Null: it must be given.</param>
/// <param name="Options">Allowed values; empty: any.</param>
public sealed record WorkflowParameter(
    string Name,
    string Type,
    JsonElement? Default,
    string? Description,
    IReadOnlyList<string> Options,
    double? Minimum,
    double? Maximum)
{
    internal YamlNode? Node { get; init; }
}

/// <summary>A step as the file has it; a matrix of it is still one.</summary>
public sealed record WorkflowStep
{
    public required string Name { get; init; }

    /// <summary><c>name@version</c>, <c>name</c> or null; may hold expressions.</summary>
    public string? Component { get; init; }

    public string? Image { get; init; }

    /// <summary>Names of the steps needed.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    public bool HasMatrix { get; init; }

    /// <summary>What the file says of it, before expressions are worked out.</summary>
    internal StepSettings Settings { get; init; } = new();

    internal IReadOnlyList<Need> NeedList { get; init; } = [];

    internal SectionReader Reader { get; init; } = null!;
}

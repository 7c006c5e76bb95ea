using System.Text.Json;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows;

/// <summary>What is asked of one execution, beside its file.</summary>
public sealed record PlanRequest
{
    public required DateTimeOffset Now { get; init; }

    /// <summary>Makes the ids; in tests they count.</summary>
    public required Func<ObjectId> NewId { get; init; }

    /// <summary>The file's text, kept with the execution.</summary>
    public string? RawSpec { get; init; }

    /// <summary>Where the file came from; names the execution when nothing else does.</summary>
    public string? SourceName { get; init; }

    /// <summary>Over the file's.</summary>
    public string? Title { get; init; }

    /// <summary>Values over the defaults of the file. Text is read as the parameter's type.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>Beside the file's, and over them.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    public Id<DigitalTwin>? DigitalTwin { get; init; }
    public Id<Workflow>? Workflow { get; init; }
    public Id<Execution>? RerunOf { get; init; }
    public bool NoCache { get; init; }
    public int? Priority { get; init; }
}

/// <summary>What planning made.</summary>
/// <param name="Execution">Null when there are faults other than warnings.</param>
/// <param name="Steps">In the order of the file, the items of a matrix by their index.</param>
/// <param name="Faults">The parser's and the planner's, in the order of the file.</param>
public sealed record PlanResult(Execution? Execution, IReadOnlyList<Step> Steps, IReadOnlyList<Fault> Faults);

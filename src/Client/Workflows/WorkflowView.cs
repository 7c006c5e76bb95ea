using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A workflow file kept under a name.</summary>
public sealed record WorkflowView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string Name { get; init; }

    /// <summary>The file as it was sent; left out in lists.</summary>
    public string? Spec { get; init; }

    public bool Deprecated { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A workflow file to keep. It is checked first; one with faults is not kept.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SaveWorkflow
{
    /// <summary>Text of the workflow file (YAML).</summary>
    public required string Spec { get; init; }
}

/// <summary>How to run a saved workflow.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RunWorkflow
{
    /// <summary>Values over those of the file, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary>Labels beside those of the file.</summary>
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Id or name of the digital twin, over that of the file; a name that is not there yet is created.</summary>
    public string? DigitalTwin { get; init; }

    /// <summary>Title, over that of the file.</summary>
    public string? Title { get; init; }

    /// <summary>Run every step, whatever the step cache holds.</summary>
    public bool NoCache { get; init; }

    /// <summary>Higher goes first; left out: the file's, or 0.</summary>
    public int? Priority { get; init; }
}

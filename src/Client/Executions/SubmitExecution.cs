using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A workflow to run.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SubmitExecution
{
    /// <summary>Text of the workflow file (YAML).</summary>
    public required string Spec { get; init; }

    /// <summary>Name of the file, for messages.</summary>
    public string? SourceName { get; init; }

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

/// <summary>A new run of an execution.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RerunExecution
{
    /// <summary>Name of the first step to run again, with all that depend on it; the others keep their outputs. Left out: the whole execution.</summary>
    public string? FromStep { get; init; }

    /// <summary>Values over those of the execution, by name.</summary>
    public IReadOnlyDictionary<string, JsonElement> Parameters { get => field ??= new Dictionary<string, JsonElement>(); init; }

    /// <summary>Run every step, whatever the step cache holds.</summary>
    public bool NoCache { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record CancelExecution
{
    /// <summary>Why, for people who look at the execution later.</summary>
    public string? Message { get; init; }
}

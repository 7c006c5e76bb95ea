using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>What an attempt left (ODTP's collection <c>outputs</c>). Written once, after every file and the manifest are stored.</summary>
public sealed record Output : Document<Output>
{
    /// <summary><c>output</c>, <c>snapshot</c> or <c>logs</c>.</summary>
    [JsonPropertyName("output_type")]
    public required string OutputType { get; init; }

    /// <summary>The step, as a string of 24 digits, as ODTP writes it.</summary>
    [JsonPropertyName("stepRef")]
    public required string StepRef { get; init; }

    [JsonPropertyName("s3_bucket")]
    public string Bucket { get => field ?? ""; init; }

    /// <summary>Prefix of the files' keys: <c>executions/EXECUTION/STEP/ATTEMPT</c>.</summary>
    [JsonPropertyName("s3_key")]
    public required string KeyPrefix { get; init; }

    /// <summary>Name of the manifest object below the prefix.</summary>
    [JsonPropertyName("file_name")]
    public required string FileName { get; init; }

    /// <summary>Bytes of all files.</summary>
    [JsonPropertyName("file_size")]
    public required long Size { get; init; }

    [JsonPropertyName("file_type")]
    public string FileType { get => field ?? "application/json"; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }

    public required Id<Execution> ExecutionRef { get; init; }
    public required int Attempt { get; init; }
    public required int FileCount { get; init; }

    /// <summary>SHA-256 of the manifest: the identity of the whole output. Of an ODTP's, which is one zip, that of the zip; empty as long as only ODTP has it.</summary>
    public required string ManifestSha256 { get; init; }
}

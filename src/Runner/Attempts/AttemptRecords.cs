using System.Text.Json.Serialization;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Outputs.Manifests;

namespace Twinrunner.Runner.Attempts;

/// <summary>What a helper needs to know of its attempt.</summary>
internal sealed record AttemptInfo(string Step, string Execution, string Name, int Attempt, bool Snapshot, IReadOnlyList<AttemptInput> Inputs);

/// <param name="Url">Where its bytes are; null: it has none, or they are in it.</param>
internal sealed record AttemptInput(InputFile File, string? Url);

/// <summary>What its helper has to do.</summary>
internal sealed record AttemptOrder(AttemptState State, double GraceSeconds);

internal enum AttemptState
{
    /// <summary>Nothing has changed: ask again.</summary>
    Runs,

    /// <summary>End the step.</summary>
    Stop,

    /// <summary>It has ended: store what it left.</summary>
    Collect,

    /// <summary>Nobody waits for it any more.</summary>
    Over,
}

internal sealed record UploadRequest(string Key);

internal sealed record UploadAddress(string Url);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(AttemptInfo))]
[JsonSerializable(typeof(AttemptOrder))]
[JsonSerializable(typeof(UploadRequest))]
[JsonSerializable(typeof(UploadAddress))]
[JsonSerializable(typeof(EntryKind))]
internal sealed partial class AttemptJson : JsonSerializerContext;

using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>A person (ODTP's collection <c>users</c>).</summary>
public sealed record User : Document<User>
{
    [JsonPropertyName("displayName")]
    public required string DisplayName { get; init; }

    [JsonPropertyName("email")]
    public string? Email { get; init; }

    [JsonPropertyName("github")]
    public string? GitHub { get; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A user's project (ODTP's collection <c>digitalTwins</c>). Its executions name it in <c>digitalTwinRef</c>.</summary>
public sealed record DigitalTwin : Document<DigitalTwin>
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    [JsonPropertyName("status")]
    public string Status { get => field ?? "active"; init; }

    [JsonPropertyName("public")]
    public bool Public { get; init; }

    /// <summary>The owner; ODTP writes it as a string.</summary>
    [JsonPropertyName("userRef")]
    public Id<User>? UserRef { get; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>A workflow file kept under a name (ODTP's collection <c>workflows</c>).</summary>
public sealed record Workflow : Document<Workflow>
{
    [JsonPropertyName("name")]
    public required string Name { get; init; }

    /// <summary>Ids of the versions in order, as strings, as ODTP writes them.</summary>
    [JsonPropertyName("versions")]
    public IReadOnlyList<string> Versions { get => field ?? []; init; }

    /// <summary>The file as it was sent.</summary>
    public string RawSpec { get => field ?? ""; init; }

    [JsonPropertyName("deprecated")]
    public bool Deprecated { get; init; }

    [JsonPropertyName("created_at")]
    public required DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("updated_at")]
    public required DateTimeOffset UpdatedAt { get; init; }
}

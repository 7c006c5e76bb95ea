using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A stored secret. Its value never leaves the server but into steps.</summary>
public sealed record SecretView
{
    public required string Name { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SetSecret
{
    public required string Value { get; init; }
}

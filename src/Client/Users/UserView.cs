using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A person.</summary>
public sealed record UserView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string DisplayName { get; init; }
    public string? Email { get; init; }
    public string? GitHub { get; init; }
    public bool Deprecated { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string DigitalTwinsHref { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewUser
{
    /// <summary>Unique.</summary>
    public required string DisplayName { get; init; }

    public string? Email { get; init; }
    public string? GitHub { get; init; }
}

/// <summary>What to change; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangeUser
{
    public string? Email { get; init; }
    public string? GitHub { get; init; }

    /// <summary>A deprecated user stays: digital twins refer to it.</summary>
    public bool? Deprecated { get; init; }
}

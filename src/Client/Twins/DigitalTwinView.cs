using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A user's project.</summary>
public sealed record DigitalTwinView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string Name { get; init; }
    public required string Status { get; init; }
    public bool Public { get; init; }

    /// <summary>Id of the owner.</summary>
    public string? UserId { get; init; }

    public string? UserHref { get; init; }
    public bool Deprecated { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string ExecutionsHref { get; init; }
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewDigitalTwin
{
    /// <summary>Unique among its owner's.</summary>
    public required string Name { get; init; }

    /// <summary>Id of the owner; left out: the server's default user.</summary>
    public string? UserId { get; init; }

    public bool Public { get; init; }
}

/// <summary>What to change; what is left out stays.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ChangeDigitalTwin
{
    public bool? Public { get; init; }

    /// <summary>A deprecated digital twin stays: executions refer to it.</summary>
    public bool? Deprecated { get; init; }
}

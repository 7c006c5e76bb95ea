using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A list of repositories whose components are registered.</summary>
public sealed record ZooView
{
    public required string Id { get; init; }
    public required string Href { get; init; }

    /// <summary>Unique.</summary>
    public required string Name { get; init; }

    /// <summary>URL of its index, or absolute path on the server's machine.</summary>
    public required string Address { get; init; }

    /// <summary>What the index named when it was last read.</summary>
    public IReadOnlyList<ZooMemberView> Members { get => field ?? []; init; }

    public DateTimeOffset? LookedAt { get; init; }
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>Why the index could not be read last time.</summary>
    public string? Failure { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One repository that a zoo names.</summary>
/// <param name="ComponentHref">Left out: it can't be a component's.</param>
/// <param name="Fault">Why not.</param>
public sealed record ZooMemberView(string Repository, string? Subfolder = null, string? ComponentId = null, string? ComponentHref = null, string? Fault = null);

/// <summary>A zoo to follow.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record NewZoo
{
    /// <summary>URL of an index, or an absolute path on the server's machine: addresses line by line, or a list in YAML or JSON.</summary>
    public required string Address { get; init; }

    /// <summary>Left out: made from the address.</summary>
    public string? Name { get; init; }
}

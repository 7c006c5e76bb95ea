namespace Twinrunner.Storage.Documents;

/// <summary>A list of repositories, kept by somebody else, whose components are registered (collection <c>zoos</c>).</summary>
public sealed record Zoo : Document<Zoo>
{
    public required string Name { get; init; }

    /// <summary>URL of its index, or an absolute path of this machine.</summary>
    public required string Address { get; init; }

    /// <summary>What the index named when it was last read, in its order.</summary>
    public IReadOnlyList<ZooMember> Members { get => field ?? []; init; }

    public DateTimeOffset? LookedAt { get; init; }
    public required DateTimeOffset NextAt { get; init; }

    /// <summary>Why the index could not be read last time; null: it could.</summary>
    public string? Failure { get; init; }
    public int Failures { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>One repository that a zoo names.</summary>
/// <param name="Component">Null: it can't be a component's.</param>
/// <param name="Fault">Why not.</param>
public sealed record ZooMember(string Repository, string? Subfolder, Id<Component>? Component, string? Fault);

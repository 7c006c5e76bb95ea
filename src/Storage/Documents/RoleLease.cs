namespace Twinrunner.Storage.Documents;

/// <summary>The right of one process to do a job of which one copy at a time works (collection <c>leases</c>).</summary>
public sealed record RoleLease : Document<RoleLease>
{
    /// <summary>The job.</summary>
    public required string Name { get; init; }

    /// <summary>Who has it, for people: machine and process.</summary>
    public required string Holder { get; init; }

    /// <summary>Counted up whenever the job changes hands. A write of an earlier holder carries a lower number and is refused.</summary>
    public required long Fence { get; init; }

    /// <summary>From then on others may take it.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

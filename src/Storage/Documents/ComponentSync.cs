namespace Twinrunner.Storage.Documents;

/// <summary>
/// How far following a component's repository has come (collection <c>componentSyncs</c>). It has the component's id, and is apart
/// from the component so that a look which brings nothing new doesn't touch that.
/// </summary>
public sealed record ComponentSync : Document<ComponentSync>
{
    /// <summary>The repository in the one form that all its addresses share.</summary>
    public required string RepositoryKey { get; init; }

    /// <summary>When the next look is due; null: only when somebody asks.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Somebody asked for a look at that time, and none has begun since.</summary>
    public DateTimeOffset? RequestedAt { get; init; }

    /// <summary>When the last look began; null: there was none yet.</summary>
    public DateTimeOffset? LookedAt { get; init; }

    public long? TookMilliseconds { get; init; }

    /// <summary>When a look last brought a new version.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Why the last look failed, in a sentence; null: it didn't.</summary>
    public string? Failure { get; init; }

    /// <summary>Looks that failed one after the other, and the first of them.</summary>
    public int Failures { get; init; }
    public DateTimeOffset? FailingSince { get; init; }

    /// <summary>What was odd at the last look; each is told once as an event.</summary>
    public IReadOnlyList<string> Warnings { get => field ?? []; init; }

    /// <summary>What kept images of versions from being pinned at the last look.</summary>
    public IReadOnlyList<string> ImageWarnings { get => field ?? []; init; }

    /// <summary>Hash of the references that git showed at the last good look: the same ones need no fetch.</summary>
    public string? References { get; init; }

    /// <summary>What GitHub's API answered at the last good look, as JSON text: its names may hold what a field's name can't.</summary>
    public string? GitHub { get; init; }

    /// <summary>Fencing number of the loop that wrote last: one that lost its lease can't write over a later one's.</summary>
    public long Fence { get; init; }

    public static Id<ComponentSync> IdOf(Id<Component> component) => new(component.Value);

    public Id<Component> Component() => new(Id.Value);
}

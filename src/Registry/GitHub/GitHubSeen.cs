using System.Text.Json.Serialization;

namespace Twinrunner.Registry.GitHub;

/// <summary>
/// What a repository looked like, with all that the next look needs to ask only for what changed. It is stored as JSON
/// (<see cref="GitHubSeenJson"/>): keep old documents readable.
/// </summary>
public sealed record GitHubSeen
{
    /// <summary>GitHub's number of the repository: it stays when the repository is renamed, and differs when somebody else takes its name.</summary>
    public required long RepositoryId { get; init; }

    /// <summary><c>owner/name</c>, in the case in which the owner writes it.</summary>
    public required string FullName { get; init; }

    public string? Description { get; init; }

    /// <summary>SPDX identifier; null: GitHub recognises none.</summary>
    public string? License { get; init; }

    public IReadOnlyList<string> Topics { get => field ?? []; init; }

    /// <summary>Also named when the repository is empty.</summary>
    public required string DefaultBranch { get; init; }

    /// <summary>The default branch and the watched ones, those that exist.</summary>
    public IReadOnlyList<GitHubBranch> Branches { get => field ?? []; init; }

    public IReadOnlyList<GitHubPage<GitHubTag>> TagPages { get => field ?? []; init; }

    public IReadOnlyList<GitHubPage<GitHubRelease>> ReleasePages { get => field ?? []; init; }

    /// <summary>There are more tags than are read, so that nothing can be said of changes.</summary>
    public bool Truncated { get; init; }

    /// <summary>Of the repository's own resource.</summary>
    public GitHubStamp? Stamp { get; init; }

    [JsonIgnore]
    public IEnumerable<GitHubTag> Tags => TagPages.SelectMany(page => page.Items);

    [JsonIgnore]
    public IEnumerable<GitHubRelease> Releases => ReleasePages.SelectMany(page => page.Items);

    /// <summary>The same but for stamps. Stars and the like make another ETag, but no other component.</summary>
    public bool SameAs(GitHubSeen other) =>
        Facts == other.Facts
        && Topics.SequenceEqual(other.Topics)
        && Branches.Select(branch => branch with { Stamp = null }).SequenceEqual(other.Branches.Select(branch => branch with { Stamp = null }))
        && Tags.SequenceEqual(other.Tags)
        && Releases.SequenceEqual(other.Releases);

    private (long, string, string?, string?, string) Facts => (RepositoryId, FullName, Description, License, DefaultBranch);
}

/// <summary>What to send back to be told "not modified": <c>ETag</c>, and <c>Last-Modified</c> for what has no ETag.</summary>
public sealed record GitHubStamp(string? ETag, string? LastModified);

/// <summary>One page of a list as it was answered: pages change one by one.</summary>
/// <param name="IsFull">There may be another page behind it.</param>
public sealed record GitHubPage<T>(IReadOnlyList<T> Items, bool IsFull, GitHubStamp Stamp);

/// <param name="Commit">Of an annotated tag the commit that it names, not the tag object.</param>
public sealed record GitHubTag(string Name, string Commit);

public sealed record GitHubBranch(string Name, string Commit, GitHubStamp? Stamp);

public sealed record GitHubRelease(string Tag, string? Title, bool IsPrerelease, DateTimeOffset? PublishedAt, string HtmlUrl);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GitHubSeen))]
public sealed partial class GitHubSeenJson : JsonSerializerContext;

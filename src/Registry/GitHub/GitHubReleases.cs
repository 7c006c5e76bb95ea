using System.Text.Json;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.GitHub;

/// <summary>What GitHub's releases say of a component's versions, as of the last look. It isn't kept with the versions: authors go on writing at it.</summary>
public sealed class GitHubReleases(ComponentSyncStore syncs)
{
    private static readonly Dictionary<string, GitHubRelease> None = [];

    /// <summary>By tag.</summary>
    public async Task<IReadOnlyDictionary<string, GitHubRelease>> FindAsync(Id<Component> component, CancellationToken cancellationToken)
    {
        if (await syncs.GetAsync(component, cancellationToken) is not { GitHub: { } stored }
            || JsonSerializer.Deserialize(stored, GitHubSeenJson.Default.GitHubSeen) is not { } seen)
            return None;
        var releases = new Dictionary<string, GitHubRelease>();
        foreach (var release in seen.Releases)
            releases.TryAdd(release.Tag, release); // the newest first
        return releases;
    }
}

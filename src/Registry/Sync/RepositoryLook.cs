using System.Text.Json;
using Twinrunner.Registry.GitHub;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Sync;

/// <summary>Asks GitHub, where a repository is there, what is new; elsewhere git itself tells.</summary>
internal sealed class RepositoryLook(GitHubLook gitHub, RegistryOptions options)
{
    /// <exception cref="SourceException">The repository can't be read there.</exception>
    /// <exception cref="SyncPostponedException">GitHub's limits are used up.</exception>
    public async Task<RepositoryFacts> LookAsync(Component component, ComponentSync sync, CancellationToken cancellationToken)
    {
        if (!GitHubRepository.TryParse(component.Repository, options.GitHubApi.Keys, out var address))
            return new(component.Repository, null, IsUnchanged: false);
        var before = sync.GitHub is { } stored ? JsonSerializer.Deserialize(stored, GitHubSeenJson.Default.GitHubSeen) : null;
        IReadOnlyCollection<string> watched = component.Rules?.Branch is { } branch ? [branch] : [];
        // Who asks knows of something, which GitHub's interface may show a moment later than git does.
        var isAsked = component.Pending || sync.RequestedAt is not null;
        return await gitHub.LookAsync(address, watched, before, cancellationToken) switch
        {
            GitHubAnswer.Unchanged unchanged => new(component.Repository, unchanged.Now, IsUnchanged: sync.Failure is null && !isAsked),
            GitHubAnswer.Seen seen => new(component.Repository, seen.Now, IsUnchanged: false),
            GitHubAnswer.Moved moved => new(InFormOf(component.Repository, moved.Address), moved.Now, IsUnchanged: false),
            GitHubAnswer.Gone gone => throw new SourceException(gone.Sentence),
            GitHubAnswer.Refused refused => throw new SourceException(refused.Sentence),
            // Versions need nothing of what only GitHub's interface tells.
            GitHubAnswer.Limited or GitHubAnswer.Unreachable when isAsked => new(component.Repository, null, IsUnchanged: false),
            GitHubAnswer.Limited limited => throw new SyncPostponedException(limited.Until, limited.Sentence),
            GitHubAnswer.Unreachable unreachable => throw new SourceException(unreachable.Sentence),
            var other => throw new InvalidOperationException($"GitHub's answer {other} is not known here."),
        };
    }

    /// <summary>Who reads over ssh, or as a certain user, goes on doing so.</summary>
    private static string InFormOf(string before, GitHubRepository now)
    {
        var ending = before.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? ".git" : "";
        return before.Contains("://", StringComparison.Ordinal)
            ? $"{new Uri(before).GetLeftPart(UriPartial.Authority)}/{now.FullName}{ending}"
            : $"{before[..before.IndexOf(':', StringComparison.Ordinal)]}:{now.FullName}{ending}";
    }
}

using Twinrunner.Registry.GitHub;

namespace Twinrunner.Registry.Sync;

/// <summary>What a repository's host said of it before git was asked.</summary>
/// <param name="Repository">Its address now; another one than before: it moved.</param>
/// <param name="GitHub">To be stored and given to the next look; null: the host is no GitHub, or said nothing.</param>
/// <param name="IsUnchanged">Nothing happened since the last look: git needn't be asked.</param>
internal sealed record RepositoryFacts(string Repository, GitHubSeen? GitHub, bool IsUnchanged)
{
    /// <summary>Description, licence and topics where odtp.yml is silent.</summary>
    public string? Description => GitHub?.Description;

    public string? License => GitHub?.License;

    public IReadOnlyList<string> Topics => GitHub?.Topics ?? [];
}

/// <summary>A look ended before its time, and nothing is wrong: it goes on then.</summary>
internal sealed class SyncPostponedException(DateTimeOffset until, string message) : Exception(message)
{
    public DateTimeOffset Until { get; } = until;
}

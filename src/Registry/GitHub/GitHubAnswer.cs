namespace Twinrunner.Registry.GitHub;

/// <summary>What a look at a repository came to.</summary>
public abstract record GitHubAnswer
{
    private GitHubAnswer()
    {
    }

    /// <summary>Nothing has changed that a component could show.</summary>
    /// <param name="Now">As before, but maybe with newer ETags: store it when it isn't the same object, so that the next look spends nothing.</param>
    public sealed record Unchanged(GitHubSeen Now) : GitHubAnswer;

    /// <summary>It is the first look, something changed, or there is more than a look reads.</summary>
    public sealed record Seen(GitHubSeen Now) : GitHubAnswer;

    /// <summary>It was renamed or given to somebody else.</summary>
    public sealed record Moved(GitHubRepository Address, GitHubSeen Now) : GitHubAnswer;

    /// <summary>It isn't there, or not for this credential: GitHub doesn't tell these two apart.</summary>
    public sealed record Gone(string Sentence) : GitHubAnswer;

    /// <summary>It stays refused until somebody does what the sentence says.</summary>
    public sealed record Refused(string Sentence) : GitHubAnswer;

    /// <summary>Nothing is wrong; GitHub's limits let it go on at that time.</summary>
    public sealed record Limited(DateTimeOffset Until, string Sentence) : GitHubAnswer;

    /// <summary>GitHub can't be reached, or fails, also after several tries: try later.</summary>
    public sealed record Unreachable(string Sentence) : GitHubAnswer;
}

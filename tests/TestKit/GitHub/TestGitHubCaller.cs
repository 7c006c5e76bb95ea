namespace Twinrunner.TestKit.GitHub;

/// <summary>A personal access token, or an installation's.</summary>
public sealed class TestGitHubToken
{
    /// <summary>Requests an hour.</summary>
    public int Limit { get; init; } = 5_000;

    /// <summary>Whose private repositories it may read; null: everybody's.</summary>
    public IReadOnlyList<string>? Owners { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>What it is answered for every repository that it can see; null: nothing is wrong with it.</summary>
    public TestGitHubAnswer? Refusal { get; set; }
}

/// <summary>Who sent a request.</summary>
internal sealed record TestGitHubCaller(string Key, TestGitHubToken? Token, TestGitHubApp? App)
{
    public bool IsKnown { get; init; }

    public int Limit => Token?.Limit ?? 5_000;

    public TestGitHubAnswer? Refusal => Token?.Refusal;

    public bool MayRead(string owner) => Token is { } token && (token.Owners?.Contains(owner) ?? true);
}

/// <summary>A request as it came.</summary>
public sealed record TestGitHubRequest(string Method, string Path, string Authorization, int Status);

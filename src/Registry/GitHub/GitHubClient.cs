namespace Twinrunner.Registry.GitHub;

/// <summary>The requests to GitHub's REST API that the registry needs. Each of them takes the stamp of what is known and may answer "unchanged".</summary>
internal sealed class GitHubClient(GitHubHttp http, RegistryOptions options)
{
    public const int PageSize = 100;

    public Task<GitHubReply<RepositoryRecord>> RepositoryAsync(
        GitHubRepository repository, GitHubIdentity identity, GitHubStamp? stamp, CancellationToken cancellationToken) =>
        http.SendAsync(Call(repository, "", identity, stamp), GitHubJson.Default.RepositoryRecord, cancellationToken);

    /// <param name="page">From 1.</param>
    public Task<GitHubReply<IReadOnlyList<TagRecord>>> TagsAsync(
        GitHubRepository repository, int page, GitHubIdentity identity, GitHubStamp? stamp, CancellationToken cancellationToken) =>
        http.SendAsync(Call(repository, $"/tags?per_page={PageSize}&page={page}", identity, stamp), GitHubJson.Default.IReadOnlyListTagRecord, cancellationToken);

    /// <summary>The newest first.</summary>
    /// <param name="page">From 1.</param>
    public Task<GitHubReply<IReadOnlyList<ReleaseRecord>>> ReleasesAsync(
        GitHubRepository repository, int page, GitHubIdentity identity, GitHubStamp? stamp, CancellationToken cancellationToken) =>
        http.SendAsync(Call(repository, $"/releases?per_page={PageSize}&page={page}", identity, stamp), GitHubJson.Default.IReadOnlyListReleaseRecord, cancellationToken);

    /// <summary>The commit at the head of a branch.</summary>
    public Task<GitHubReply<RefRecord>> BranchAsync(
        GitHubRepository repository, string branch, GitHubIdentity identity, GitHubStamp? stamp, CancellationToken cancellationToken)
    {
        var parts = branch.Split('/');
        // Dots would lead to another resource, to which the token is sent as well.
        return Array.Exists(parts, part => part is "" or "." or "..")
            ? Task.FromResult(new GitHubReply<RefRecord> { Failure = new GitHubAnswer.Gone($"'{branch}' is no branch.") })
            : http.SendAsync(
                Call(repository, $"/git/ref/heads/{string.Join('/', parts.Select(Uri.EscapeDataString))}", identity, stamp),
                GitHubJson.Default.RefRecord, cancellationToken);
    }

    /// <summary>What is left of the identity's limit. It costs nothing.</summary>
    public Task<GitHubReply<RateLimitRecord>> RateLimitAsync(string host, GitHubIdentity identity, CancellationToken cancellationToken) =>
        http.SendAsync(new(host, new Uri(options.GitHubApi[host], "rate_limit"), identity), GitHubJson.Default.RateLimitRecord, cancellationToken);

    /// <summary>The App that asks; so its key is right.</summary>
    public Task<GitHubReply<AppRecord>> AppAsync(string host, GitHubIdentity app, CancellationToken cancellationToken) =>
        http.SendAsync(new(host, new Uri(options.GitHubApi[host], "app"), app), GitHubJson.Default.AppRecord, cancellationToken);

    private GitHubCall Call(GitHubRepository repository, string path, GitHubIdentity identity, GitHubStamp? stamp) =>
        new(repository.Host, new Uri(options.GitHubApi[repository.Host], $"repos/{repository.FullName}{path}"), identity, stamp);
}

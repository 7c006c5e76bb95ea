namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>What is left of GitHub's limits for each login, as GitHub says now.</summary>
    public Task<Page<GitHubQuotaView>> ListGitHubQuotasAsync(CancellationToken cancellationToken) =>
        GetAsync($"{Api}registry/github", WireJson.Default.PageGitHubQuotaView, cancellationToken);
}

using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Runner.Tests.Components;

public sealed class GitHubEndpointTests
{
    [Fact]
    public async Task The_server_says_what_is_left_of_GitHubs_limits()
    {
        var token = TestContext.Current.CancellationToken;
        await using var github = await TestGitHub.StartAsync(TimeProvider.System, token);
        await using var host = await TestHost.StartAsync(
            settings => settings with { Registry = settings.Registry with { GitHubApi = new Dictionary<string, Uri> { ["github.com"] = github.Api } } }, token);

        var quota = Assert.Single((await host.Client.ListGitHubQuotasAsync(token)).Items);

        Assert.Equal(("github.com", null, "anonymous", 60, 60, null), (quota.Host, quota.Owner, quota.Identity, quota.Limit, quota.Remaining, quota.Problem));
    }
}

using System.Net;
using Twinrunner.Client;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

/// <summary>The whole server beside GitHub's interface and git over http, both on loopback.</summary>
public sealed class WebhookTests : IAsyncLifetime
{
    private const string Secret = "It's a Secret to Everybody";

    private readonly TestRepository _repository = TestRepository.WithComponent("loader");
    private GitHttpHost _git = null!;
    private TestGitHub _github = null!;
    private TestHost _host = null!;
    private TestGitHubRepository _atGitHub = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Url => _git.UrlOf(_atGitHub.FullName);

    public async ValueTask InitializeAsync()
    {
        _git = await GitHttpHost.StartAsync(Path.GetDirectoryName(_repository.Parent)!, null, Token);
        _github = await TestGitHub.StartAsync(TimeProvider.System, Token);
        _host = await TestHost.StartAsync(settings => settings with
        {
            RunSteps = true,
            GitHubWebhookSecrets = [Secret],
            Registry = settings.Registry with { PrivateHosts = ["127.0.0.1"], GitHubApi = new Dictionary<string, Uri> { [_git.Address.Authority] = _github.Api } },
        }, Token);
        _atGitHub = _github.AddRepository(Path.GetFileName(_repository.Parent), _repository.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _github.DisposeAsync();
        await _git.DisposeAsync();
        _repository.Dispose();
    }

    [Fact]
    public async Task A_tag_that_GitHub_tells_of_becomes_a_version()
    {
        Push("v1.0.0");
        await _host.Client.AddComponentAsync(new() { Path = Url }, Token);
        var commit = Push("v1.1.0");

        await DeliverAsync("v1.1.0", commit);

        Assert.Equal(commit, (await VersionAsync("v1.1.0")).Commit);
    }

    [Fact]
    public async Task A_tag_that_GitHubs_interface_does_not_show_yet_becomes_a_version_all_the_same()
    {
        Push("v1.0.0");
        await _host.Client.AddComponentAsync(new() { Path = Url }, Token);
        _repository.Tag("v1.1.0", _repository.Commit("v1.1.0"));
        var commit = _repository.Git("rev-parse", "v1.1.0");

        await DeliverAsync("v1.1.0", commit);

        Assert.Equal(commit, (await VersionAsync("v1.1.0")).Commit);
    }

    [Fact]
    public async Task A_used_up_limit_does_not_hold_up_what_GitHub_tells_of()
    {
        Push("v1.0.0");
        await _host.Client.AddComponentAsync(new() { Path = Url }, Token);
        _github.Troubles.Enqueue(TestGitHubTrouble.SecondaryLimit(429, 3_600));
        var commit = Push("v1.1.0");

        await DeliverAsync("v1.1.0", commit);

        Assert.Equal(commit, (await VersionAsync("v1.1.0")).Commit);
    }

    [Fact]
    public async Task A_look_that_GitHub_answers_with_unchanged_asks_git_for_nothing()
    {
        Push("v1.0.0");
        await _host.Client.AddComponentAsync(new() { Path = Url }, Token);
        var asked = _git.Requests.Count;

        var again = await _host.Client.RefreshComponentAsync("loader", Token);

        Assert.Empty(again.Added);
        Assert.Equal(asked, _git.Requests.Count);
    }

    [Fact]
    public async Task A_release_is_shown_with_the_version_of_its_tag()
    {
        Push("v1.0.0");
        Push("v2.0.0-rc.1");
        _atGitHub.Releases.Enqueue(new("v2.0.0-rc.1", "Nearly there", new(2026, 2, 1, 12, 0, 0, TimeSpan.Zero), IsPrerelease: true));
        await _host.Client.AddComponentAsync(new() { Path = Url }, Token);

        var versions = (await _host.Client.ListVersionsAsync("loader", null, null, Token)).Items;
        var candidate = await _host.Client.FindVersionAsync("loader", "v2.0.0-rc.1", Token);

        Assert.Equal([true, false], versions.Select(version => version.Release is not null));
        Assert.Equal(("Nearly there", true), (candidate!.Release!.Title, candidate.Release.Prerelease));
        Assert.EndsWith("/releases/tag/v2.0.0-rc.1", candidate.Release.Url, StringComparison.Ordinal);
    }

    private async Task DeliverAsync(string tag, string commit)
    {
        var delivery = TestGitHubDelivery.Push(_atGitHub, $"refs/tags/{tag}", commit);
        delivery.Body["repository"]!["html_url"] = Url;
        using var response = await _host.Http.SendAsync(delivery.Request(new(_host.Address, "/api/v1/webhooks/github"), Secret), Token);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    /// <summary>Waits until an event tells of it.</summary>
    private async Task<VersionView> VersionAsync(string name)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        await foreach (var e in _host.Client.FollowEventsAsync(null, null, limit.Token))
            if (e.Value is { Type: "component.version", Message: { } message } && message.Contains(name, StringComparison.Ordinal))
                break;
        return (await _host.Client.FindVersionAsync("loader", name, Token))!;
    }

    private string Push(string tag)
    {
        _repository.Tag(tag, _repository.Commit(tag));
        return _atGitHub.Tags[tag] = _atGitHub.Branches["main"] = _repository.Git("rev-parse", tag);
    }
}

using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.GitHub;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

/// <summary>GitHub on loopback and the registry that looks at it, on a clock that waits for nobody.</summary>
internal sealed class GitHubRig : IAsyncDisposable
{
    public const string PersonalToken = "github_pat_11AAAAAAA0aaaaaaaaaaaa";

    private readonly TestStores _stores;

    private GitHubRig(TestGitHub host, TestStores stores, HastyTime time) => (Host, _stores, Time) = (host, stores, time);

    public TestGitHub Host { get; }

    /// <summary>Waits shorter than the time for one request are over at once.</summary>
    public HastyTime Time { get; }

    public GitHubLook Look => _stores.Get<GitHubLook>();

    public static async Task<GitHubRig> StartAsync()
    {
        var time = new HastyTime(TimeSpan.FromSeconds(30));
        var host = await TestGitHub.StartAsync(time, TestContext.Current.CancellationToken);
        var stores = await TestStores.OpenAsync(
            services => services.AddSingleton<TimeProvider>(time).AddRegistry(new() { MirrorFolder = "/nowhere", GitHubApi = host.ApiByHost }),
            TestContext.Current.CancellationToken);
        return new(host, stores, time);
    }

    /// <summary>With a token that may read everything.</summary>
    public static async Task<GitHubRig> StartWithTokenAsync()
    {
        var rig = await StartAsync();
        rig.Host.Tokens[PersonalToken] = new();
        await rig.LogInAsync(null, null, PersonalToken);
        return rig;
    }

    public T Get<T>() where T : notnull => _stores.Get<T>();

    public Task LogInAsync(string? owner, string? user, string secret) =>
        Get<CredentialService>().SetAsync(CredentialKind.GitHub, "github.com", owner, user, secret, TestContext.Current.CancellationToken);

    public Task<GitHubAnswer> LookAsync(string fullName, GitHubSeen? before = null, params string[] branches)
    {
        Assert.True(GitHubRepository.TryParseFullName("github.com", fullName, out var repository));
        return Look.LookAsync(repository, branches, before, TestContext.Current.CancellationToken);
    }

    public async Task<GitHubSeen> SeeAsync(string fullName, GitHubSeen? before = null, params string[] branches) =>
        Assert.IsType<GitHubAnswer.Seen>(await LookAsync(fullName, before, branches)).Now;

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        await Host.DisposeAsync();
    }
}

using Twinrunner.Registry.GitHub;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubLoginTests
{
    [Fact]
    public async Task The_owners_token_goes_before_the_hosts()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.Tokens["github_pat_of_octo"] = new() { Owners = ["octo"] };
        await rig.LogInAsync("octo", null, "github_pat_of_octo\n");
        rig.Host.AddRepository("octo", "hidden").IsPrivate = true;
        rig.Host.AddRepository("other", "hidden").IsPrivate = true;

        await rig.SeeAsync("octo/hidden");
        await rig.SeeAsync("other/hidden");

        Assert.Equal((4, 4), (rig.Host.Spent("github_pat_of_octo"), rig.Host.Spent(GitHubRig.PersonalToken)));
    }

    [Fact]
    public async Task A_refused_token_says_so_and_never_itself()
    {
        await using var rig = await GitHubRig.StartAsync();
        await rig.LogInAsync(null, null, "ghp_expired");
        rig.Host.AddRepository("octo", "tool");

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Matches("doesn't accept 'token-[0-9a-f]{8}' \\(Bad credentials\\).*twin credential set github github.com", refused.Sentence);
        Assert.DoesNotContain("ghp_expired", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_without_permission_is_told_from_a_refused_one()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.AddRepository("octo", "tool");
        rig.Host.Tokens[GitHubRig.PersonalToken].Refusal = TestGitHubAnswer.NoPermission;
        var permission = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));
        rig.Host.Tokens[GitHubRig.PersonalToken].Refusal = TestGitHubAnswer.NeedsSignOn;
        var signOn = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains("Metadata and Contents (read)", permission.Sentence, StringComparison.Ordinal);
        Assert.Contains("Configure SSO", signOn.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_App_reads_what_it_is_installed_for_with_one_token_an_hour()
    {
        await using var rig = await GitHubRig.StartAsync();
        using var app = new TestGitHubApp(12345) { Installations = { new(77, "octo") } };
        rig.Host.Apps.Add(app);
        await rig.LogInAsync(null, "12345", app.PrivateKey);
        rig.Host.AddRepository("octo", "one").IsPrivate = true;
        rig.Host.AddRepository("octo", "two").IsPrivate = true;

        await rig.SeeAsync("octo/one");
        await rig.SeeAsync("octo/two");
        var first = TokenRequests(rig);
        rig.Time.Advance(TimeSpan.FromMinutes(58));
        await rig.SeeAsync("octo/one");

        Assert.Equal((1, 2), (first, TokenRequests(rig)));
        Assert.StartsWith("ghs_", await rig.Get<GitHubAccess>().FindTokenAsync(new("github.com", "octo", "one"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_token_of_an_App_is_replaced_at_the_next_look()
    {
        await using var rig = await GitHubRig.StartAsync();
        using var app = new TestGitHubApp(12345) { Installations = { new(77, "octo") } };
        rig.Host.Apps.Add(app);
        await rig.LogInAsync(null, "12345", app.PrivateKey);
        rig.Host.AddRepository("octo", "tool");
        await rig.SeeAsync("octo/tool");
        rig.Host.Tokens.Clear();

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));
        await rig.SeeAsync("octo/tool");

        Assert.Contains("'installation-77'", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_an_App_is_not_installed_public_repositories_are_read_without_it()
    {
        await using var rig = await GitHubRig.StartAsync();
        using var app = new TestGitHubApp(12345);
        rig.Host.Apps.Add(app);
        await rig.LogInAsync(null, "12345", app.PrivateKey);
        rig.Host.AddRepository("octo", "open");
        rig.Host.AddRepository("octo", "hidden").IsPrivate = true;

        await rig.SeeAsync("octo/open");
        var gone = Assert.IsType<GitHubAnswer.Gone>(await rig.LookAsync("octo/hidden"));

        Assert.Contains("The GitHub App 12345 is not installed", gone.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "--user APP_ID")]
    [InlineData("12345", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----", "the .pem file")]
    [InlineData("12345", "-----BEGIN RSA PRIVATE KEY-----", "the .pem file")]
    public async Task A_key_that_can_not_be_used_says_what_to_store(string? app, string key, string advice)
    {
        await using var rig = await GitHubRig.StartAsync();
        await rig.LogInAsync(null, app, key);

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains(advice, refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_Apps_key_is_refused()
    {
        await using var rig = await GitHubRig.StartAsync();
        using var app = new TestGitHubApp(12345);
        await rig.LogInAsync(null, "12345", app.PrivateKey);

        Assert.Contains("'app-12345'", Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool")).Sentence, StringComparison.Ordinal);
    }

    private static int TokenRequests(GitHubRig rig) =>
        rig.Host.Requests.Count(request => request.Path.EndsWith("/access_tokens", StringComparison.Ordinal));
}

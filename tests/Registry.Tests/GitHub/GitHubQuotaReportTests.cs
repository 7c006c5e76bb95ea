using Twinrunner.Registry.GitHub;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubQuotaReportTests
{
    [Fact]
    public async Task What_is_left_is_asked_for_each_login_and_costs_nothing()
    {
        await using var rig = await GitHubRig.StartAsync();
        using var app = new TestGitHubApp(12345) { Installations = { new(77, "with-app") } };
        rig.Host.Apps.Add(app);
        rig.Host.Tokens["github_pat_of_octo"] = new() { Limit = 15_000 };
        rig.Host.AddRepository("octo", "tool");
        rig.Host.AddRepository("with-app", "tool");
        await rig.LogInAsync("octo", null, "github_pat_of_octo");
        await rig.LogInAsync("with-app", "12345", app.PrivateKey);
        await rig.LogInAsync("gone", null, "ghp_revoked");
        await rig.SeeAsync("octo/tool");
        await rig.SeeAsync("with-app/tool");
        var spent = rig.Host.Spent("github_pat_of_octo");

        var reports = (await ListAsync(rig)).Where(report => report.Host == "github.com").ToList();

        Assert.Equal([null, "gone", "octo", "with-app", null], reports.Select(report => report.Owner));
        Assert.Equal(["anonymous", "app-12345", "installation-77"], reports.Where((_, i) => i is 0 or 3 or 4).Select(report => report.Identity));
        Assert.Equal((60, 60), (reports[0].State.Limit, reports[0].State.Remaining));
        Assert.Equal((15_000, 14_996), (reports[2].State.Limit, reports[2].State.Remaining));
        Assert.Contains("Bad credentials", reports[1].Problem, StringComparison.Ordinal);
        Assert.All(reports.Where((_, i) => i != 1), report => Assert.Null(report.Problem));
        Assert.Equal(spent, rig.Host.Spent("github_pat_of_octo"));
    }

    [Fact]
    public async Task A_login_that_waits_says_until_when()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.SecondaryLimit(429, 300));
        await rig.LookAsync("octo/tool");

        var report = Assert.Single(await ListAsync(rig), report => report.Host == "github.com");

        Assert.InRange(report.State.WaitsUntil!.Value - rig.Time.GetUtcNow(), TimeSpan.FromSeconds(299), TimeSpan.FromSeconds(301));
        Assert.Null(report.Problem);
    }

    private static Task<IReadOnlyList<GitHubQuotaReport>> ListAsync(GitHubRig rig) =>
        rig.Get<GitHubQuotaReports>().ListAsync(TestContext.Current.CancellationToken);
}

using Twinrunner.Cli.Doctor;
using Twinrunner.Client;

namespace Twinrunner.Cli.Tests.Doctor;

public sealed class GitHubCheckTests
{
    private static readonly DateTimeOffset Eight = new(2026, 1, 1, 20, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_login_says_what_is_left_and_when_it_goes_on()
    {
        var left = new GitHubQuotaView { Host = "github.com", Owner = "octo", Identity = "token-1a2b3c4d", Limit = 5_000, Remaining = 4_812, ResetsAt = Eight };

        Assert.Equal(new("github", true, "github.com/octo as token-1a2b3c4d: 4,812 of 5,000 requests left until 20:00 UTC"), GitHubCheck.Describe(left));
        Assert.EndsWith("; it goes on at 20:00:00 UTC", GitHubCheck.Describe(left with { Remaining = 0, WaitsUntil = Eight }).Sentence, StringComparison.Ordinal);
        Assert.Equal(new("github", true, "ghe.example.org as anonymous: no limit is known"), GitHubCheck.Describe(new() { Host = "ghe.example.org", Identity = "anonymous" }));
    }

    [Fact]
    public void A_login_that_does_not_work_is_a_trouble_but_a_missing_internet_is_none()
    {
        var token = new GitHubQuotaView { Host = "github.com", Identity = "token-1a2b3c4d", Problem = "Bad credentials." };

        Assert.Equal(new("github", false, "github.com as token-1a2b3c4d: Bad credentials."), GitHubCheck.Describe(token));
        Assert.True(GitHubCheck.Describe(token with { Identity = "anonymous", Problem = "github.com can't be used now." }).Ok);
    }
}

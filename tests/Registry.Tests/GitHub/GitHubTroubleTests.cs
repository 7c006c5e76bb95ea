using Twinrunner.Registry.GitHub;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubTroubleTests
{
    public static TheoryData<string> PassingTroubles => ["500", "502", "503", "504", "cut connection", "cut body"];

    [Theory]
    [MemberData(nameof(PassingTroubles))]
    public async Task A_trouble_that_passes_is_not_noticed(string trouble)
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.AddRepository("octo", "tool");
        for (var i = 0; i < 3; i++)
            rig.Host.Troubles.Enqueue(Trouble(trouble));

        Assert.Equal("octo/tool", (await rig.SeeAsync("octo/tool")).FullName);
    }

    [Theory]
    [MemberData(nameof(PassingTroubles))]
    public async Task A_trouble_that_stays_is_told_after_a_few_tries(string trouble)
    {
        await using var rig = await GitHubRig.StartAsync();
        for (var i = 0; i < 100; i++)
            rig.Host.Troubles.Enqueue(Trouble(trouble));

        var answer = Assert.IsType<GitHubAnswer.Unreachable>(await rig.LookAsync("octo/tool"));

        Assert.StartsWith("github.com can't be used now: ", answer.Sentence, StringComparison.Ordinal);
        Assert.Equal(96, rig.Host.Troubles.Count);
    }

    [Fact]
    public async Task A_host_that_is_not_there_is_unreachable()
    {
        await using var rig = await GitHubRig.StartAsync();
        await rig.Host.DisposeAsync();

        Assert.IsType<GitHubAnswer.Unreachable>(await rig.LookAsync("octo/tool"));
    }

    [Fact]
    public async Task Cancelling_ends_a_request_that_gets_no_answer()
    {
        await using var rig = await GitHubRig.StartAsync();
        var reached = new TaskCompletionSource();
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.Silence(reached));
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var look = rig.Look.LookAsync(new("github.com", "octo", "tool"), [], null, cancel.Token);
        await reached.Task.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => look);
    }

    [Fact]
    public async Task A_token_goes_to_no_other_host()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        await using var elsewhere = await TestGitHub.StartAsync(rig.Time, TestContext.Current.CancellationToken);
        elsewhere.AddRepository("octo", "tool");
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.Redirect($"{elsewhere.Api}repos/octo/tool"));

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains($"redirects to {elsewhere.Host}", refused.Sentence, StringComparison.Ordinal);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task Redirects_in_circles_come_to_an_end()
    {
        await using var rig = await GitHubRig.StartAsync();
        for (var i = 0; i < 10; i++)
            rig.Host.Troubles.Enqueue(TestGitHubTrouble.Redirect($"{rig.Host.Api}repos/octo/tool"));

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains("in circles", refused.Sentence, StringComparison.Ordinal);
        Assert.Equal(6, rig.Host.Troubles.Count);
    }

    [Theory]
    [InlineData("<!DOCTYPE html>")]
    [InlineData("[]")]
    [InlineData("{\"id\": 1}")]
    [InlineData("{\"id\": \"x\", \"full_name\": 5}")]
    [InlineData("null")]
    public async Task What_is_not_the_API_is_refused(string body)
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.Answer(body));

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains("setting githubHosts", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_without_end_is_refused()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.Answer(new string(' ', 17 << 20)));

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool"));

        Assert.Contains("more than 16 MiB", refused.Sentence, StringComparison.Ordinal);
    }

    private static TestGitHubTrouble Trouble(string name) => name switch
    {
        "cut connection" => TestGitHubTrouble.CutConnection,
        "cut body" => TestGitHubTrouble.CutBody,
        _ => TestGitHubTrouble.Status(int.Parse(name)),
    };
}

using System.Diagnostics.Metrics;
using Twinrunner.Registry.GitHub;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubLimitTests
{
    [Fact]
    public async Task Without_a_token_it_goes_on_when_it_said_it_would()
    {
        await using var rig = await GitHubRig.StartAsync();
        var looked = 0;
        GitHubAnswer.Limited? limited = null;
        while (limited is null)
        {
            rig.Host.AddRepository("octo", $"tool{looked}");
            limited = await rig.LookAsync($"octo/tool{looked}") as GitHubAnswer.Limited;
            looked += limited is null ? 1 : 0;
        }
        var refusedAt = rig.Host.Requests.Count;

        Assert.Contains("With a token there are 5,000: twin credential set github github.com.", limited.Sentence, StringComparison.Ordinal);
        Assert.InRange(looked, 3, 15);
        Assert.IsType<GitHubAnswer.Limited>(await rig.LookAsync($"octo/tool{looked}"));
        Assert.Equal(refusedAt, rig.Host.Requests.Count);
        rig.Time.Advance(limited.Until - rig.Time.GetUtcNow());
        await rig.SeeAsync($"octo/tool{looked}");
    }

    [Fact]
    public async Task A_limit_that_somebody_else_used_up_is_waited_out()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        var begun = rig.Time.GetUtcNow();
        var first = await rig.SeeAsync("octo/tool");
        rig.Host.Spend(GitHubRig.PersonalToken, 4_996);
        tool.Tags["v1"] = "1";

        var limited = Assert.IsType<GitHubAnswer.Limited>(await rig.LookAsync("octo/tool", first));

        Assert.InRange(limited.Until - begun, TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(60.1));
        Assert.StartsWith("Of 5,000 requests an hour to github.com 0 are left until 01:00 UTC", limited.Sentence, StringComparison.Ordinal);
        rig.Time.Advance(limited.Until - rig.Time.GetUtcNow());
        Assert.Equal("v1", Assert.Single((await rig.SeeAsync("octo/tool", first)).Tags).Name);
    }

    [Theory]
    [InlineData(429, 120, 120)]
    [InlineData(403, 30, 30)]
    [InlineData(403, null, 60)]
    [InlineData(429, null, 60)]
    public async Task A_secondary_limit_pauses_everything_of_the_token(int status, int? retryAfter, int seconds)
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.AddRepository("octo", "tool");
        rig.Host.Troubles.Enqueue(TestGitHubTrouble.SecondaryLimit(status, retryAfter));
        var begun = rig.Time.GetUtcNow();

        var first = Assert.IsType<GitHubAnswer.Limited>(await rig.LookAsync("octo/tool"));
        var second = Assert.IsType<GitHubAnswer.Limited>(await rig.LookAsync("octo/other"));

        Assert.Equal(seconds, (first.Until - begun).TotalSeconds, 1.0);
        Assert.True(second.Until > first.Until, "All who wait would come back at the same moment.");
        Assert.Contains("secondary rate limit", first.Sentence, StringComparison.Ordinal);
        Assert.Single(rig.Host.Requests);
        rig.Time.Advance(first.Until - rig.Time.GetUtcNow());
        await rig.SeeAsync("octo/tool");
    }

    [Fact]
    public async Task Pauses_get_longer_while_GitHub_goes_on_refusing()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        List<double> minutes = [];
        for (var i = 0; i < 6; i++)
        {
            rig.Host.Troubles.Enqueue(TestGitHubTrouble.SecondaryLimit(403, null));
            var begun = rig.Time.GetUtcNow();
            await rig.LookAsync("octo/tool");
            var pause = rig.Get<GitHubQuotas>().All.Single().State.WaitsUntil!.Value - begun;
            minutes.Add(Math.Round(pause.TotalMinutes));
            rig.Time.Advance(pause);
        }

        Assert.Equal([1, 2, 4, 8, 15, 15], minutes);
    }

    [Fact]
    public async Task A_thousand_new_components_stay_within_a_token_without_bursts()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var due = new PriorityQueue<string, DateTimeOffset>();
        for (var i = 0; i < 1_000; i++)
        {
            rig.Host.AddRepository("octo", $"tool{i}");
            due.Enqueue($"octo/tool{i}", rig.Time.GetUtcNow());
        }
        var (begun, looks) = (rig.Time.GetUtcNow(), 0);
        List<DateTimeOffset> done = [];
        while (due.TryDequeue(out var name, out var at))
        {
            if (at > rig.Time.GetUtcNow())
                rig.Time.Advance(at - rig.Time.GetUtcNow());
            looks++;
            if (await rig.LookAsync(name) is GitHubAnswer.Limited limited)
                due.Enqueue(name, limited.Until);
            else
                done.Add(rig.Time.GetUtcNow());
        }

        Assert.Equal(4_000, rig.Host.Requests.Count);
        Assert.InRange(rig.Time.GetUtcNow() - begun, TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(60));
        Assert.InRange(looks, 1_000, 3_000);
        // 900 points a minute are allowed, of which a request spends one.
        Assert.All(done, at => Assert.InRange(4 * done.Count(other => other >= at && other < at + TimeSpan.FromMinutes(1)), 0, 700));
    }

    [Fact]
    public async Task What_is_left_is_a_metric()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.AddRepository("octo", "tool");
        var measured = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == GitHubQuotas.MeterName)
                listener.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) =>
        {
            if (instrument.Name.StartsWith("twinrunner.registry.github.", StringComparison.Ordinal))
                measured[instrument.Name] = value;
        });
        listener.Start();

        await rig.SeeAsync("octo/tool");
        listener.RecordObservableInstruments();

        Assert.Equal(4_996, measured["twinrunner.registry.github.remaining"]);
        Assert.Equal(5_000, measured["twinrunner.registry.github.limit"]);
    }
}

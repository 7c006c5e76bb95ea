using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Bench.Scenarios;

/// <summary>From a delivery of GitHub's webhook until the new version is answered over HTTP.</summary>
internal sealed class Webhook : IScenario
{
    private const string Secret = "a secret of the benchmark";
    private const string Answered = "delivery until it is answered", Visible = "delivery until the version is visible";

    /// <summary>A look sends four requests, of which ten a second are allowed: without a pause the limit would be measured.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    public string Name => "webhook";

    public string Title => "A tag that is pushed to GitHub, from the webhook's delivery until the version is there";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        using var farm = new GitFarm();
        await using var git = await GitHttpHost.StartAsync(farm.Root, null, cancellationToken);
        await using var github = await TestGitHub.StartAsync(TimeProvider.System, cancellationToken);
        github.AnonymousLimit = 1_000_000;
        var tool = github.AddRepository("octo", "loader");
        var repository = await farm.PlantAsync("octo/loader", cancellationToken);
        tool.Tags["v1.0.0"] = await farm.TagAsync(repository, "v1.0.0", cancellationToken);
        await using var host = await TestHost.StartAsync(settings => settings with
        {
            RunSteps = true,
            GitHubWebhookSecrets = [Secret],
            Registry = settings.Registry with { PrivateHosts = ["127.0.0.1"], GitHubApi = new Dictionary<string, Uri> { [git.Address.Authority] = github.Api } },
        }, cancellationToken);
        await host.Client.AddComponentAsync(new() { Path = git.UrlOf("octo/loader") }, cancellationToken);

        var (answered, visible) = (new Samples(), new Samples());
        var rounds = settings.Rounds ?? 100;
        for (var round = -1; round < rounds; round++)
        {
            var tag = $"v1.1.{round + 1}";
            tool.Tags[tag] = await farm.TagAsync(repository, tag, cancellationToken);
            var delivery = TestGitHubDelivery.Push(tool, $"refs/tags/{tag}", tool.Tags[tag]);
            delivery.Body["repository"]!["html_url"] = git.UrlOf("octo/loader");
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);

            var started = Stopwatch.GetTimestamp();
            using (var response = await host.Http.SendAsync(delivery.Request(new(host.Address, "/api/v1/webhooks/github"), Secret), cancellationToken))
                response.EnsureSuccessStatusCode();
            var first = Stopwatch.GetElapsedTime(started);
            while (await host.Client.FindVersionAsync("loader", tag, cancellationToken) is null)
                await Task.Delay(Poll, TimeProvider.System, cancellationToken);
            if (round < 0)
                continue; // code was cold
            answered.Add(first.TotalSeconds);
            visible.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            if ((round + 1) % 20 == 0)
                settings.Say($"{round + 1} of {rounds}: {visible.Median * 1000:0} ms");
        }
        return new([new(Answered, answered, Unit.Milliseconds), new(Visible, visible, Unit.Milliseconds)])
        {
            Notes =
            [
                $"p99: answered {MarkdownReport.Show(answered.Percentile(99), Unit.Milliseconds)} ms, visible {MarkdownReport.Show(visible.Percentile(99), Unit.Milliseconds)} ms.",
                "GitHub's API is a stand-in on loopback, git goes over http to `git http-backend`: what a network adds is four requests and a fetch.",
            ],
        };
    }
}

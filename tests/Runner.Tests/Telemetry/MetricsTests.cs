using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Telemetry;

/// <summary>What Prometheus reads.</summary>
public sealed class MetricsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ended_attempts_are_counted_by_status_and_reason()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { RunSteps = true }, Token);
        var execution = await host.Client.SubmitAsync(new() { Spec = "steps: {a: {image: none, secrets: {KEY: not-stored}}}" }, Token);
        await foreach (var change in host.Client.FollowEventsAsync(execution.Id, null, Token))
            if (change.Value.Type == "execution.failed")
                break;

        var metrics = await host.Http.GetStringAsync("/metrics", Token);

        Assert.Matches("(?m)^twinrunner_step_attempts_total\\{[^}]*reason=\"InputMissing\"[^}]*status=\"Failed\"[^}]*\\} 1$", metrics);
        Assert.Matches("(?m)^twinrunner_queue_steps(\\{[^}]*\\})? 0$", metrics);
    }
}

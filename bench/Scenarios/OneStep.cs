using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Peers;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What one step costs beside its container.</summary>
internal sealed class OneStep : IScenario
{
    private const string Us = "Twinrunner", Floor = "Engine API floor";
    private const double BudgetSeconds = 0.025;

    public string Name => "one-step";

    public string Title => "One no-op step, from submission to its durable end";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ContainerRig.OpenAsync(slots: 4, cancellationToken);
        var spec = BenchWorkflows.OneStep(rig.Image);
        List<Contestant> contestants =
        [
            Contestant.Timed(Floor, token => rig.Floor.RunAsync(["true"], token)),
            Contestant.Timed(Us, token => rig.RunToEndAsync(new() { Spec = spec }, token)),
        ];
        var peers = new PeerList(rig);
        peers.AddIfThere(contestants, "docker", "docker run --rm", token => peers.DockerRunAsync(token));

        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 25, settings, rig.SettleAsync, cancellationToken);
        var over = samples[Us].Median - samples[Floor].Median;
        return new([.. contestants.Where(c => samples.ContainsKey(c.Name)).Select(c => new Figure(c.Name, samples[c.Name], Unit.Milliseconds))])
        {
            Budgets = [new("one no-op step, submit to durable final state, Docker", "Engine API floor + 25 ms p50", $"floor {over * 1000:+0;−0;0} ms", over <= BudgetSeconds)],
            Notes =
            [
                "Twinrunner's figure ends when the event of the execution's end has come over HTTP. Its container is removed after that, while the floor's and docker's figures hold the removal.",
                .. peers.Notes, .. notes,
            ],
        };
    }
}

using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Peers;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Two hundred steps, four at a time.</summary>
internal sealed class FanOut : IScenario
{
    private const int Steps = 200, Width = 4;
    private const string Us = "Twinrunner", Floor = "Engine API, 4 at a time", Parallel = "GNU parallel + docker run";

    public string Name => "fan-out";

    public string Title => "A fan-out of 200 no-op steps, 4 at a time";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ContainerRig.OpenAsync(slots: Width, cancellationToken);
        var spec = BenchWorkflows.FanOut(rig.Image, Steps, Width);
        List<Contestant> contestants =
        [
            Contestant.Timed(Floor, token => System.Threading.Tasks.Parallel.ForEachAsync(
                Enumerable.Range(0, Steps),
                new ParallelOptions { MaxDegreeOfParallelism = Width, CancellationToken = token },
                async (_, one) => await rig.Floor.RunAsync(["true"], one))),
            Contestant.Timed(Us, token => rig.RunToEndAsync(new() { Spec = spec }, token)),
        ];
        var peers = new PeerList(rig);
        peers.AddIfThere(contestants, "parallel", Parallel, token => peers.ParallelFanOutAsync(Steps, Width, token));

        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 3, settings, rig.SettleAsync, cancellationToken);
        var us = samples[Us].Median;
        return new([.. contestants.Where(c => samples.ContainsKey(c.Name)).Select(c => new Figure(c.Name, samples[c.Name], Unit.Seconds))])
        {
            Budgets = samples.TryGetValue(Parallel, out var parallel)
                ? [new("200-step fan-out at width 4", "≥ GNU parallel calling docker", $"{parallel.Median / us:0.00} × as fast", us <= parallel.Median)]
                : [],
            Notes = [.. peers.Notes, .. notes],
        };
    }
}

using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What many steps on Kubernetes cost beside as many bare Jobs.</summary>
internal sealed class JobsAtOnce : IScenario
{
    private const int AtOnce = 100;

    public string Name => "jobs-at-once";

    public string Title => $"{AtOnce} no-op steps as Jobs of a cluster, all at once";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ClusterRig.OpenAsync(cancellationToken);
        var all = BenchWorkflows.FanOut(rig.Image, AtOnce, width: AtOnce);
        var figures = new List<Figure>();
        foreach (var contestant in (Contestant[])
        [
            Contestant.Timed("bare Jobs, each made and watched to its end", token => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => rig.RunBareAsync(token)))),
            Contestant.Timed("Twinrunner, shared volume", token => ContainerRig.RunToEndAsync(rig.WithShared.Client, new() { Spec = all }, token)),
            Contestant.Timed("Twinrunner, helpers", token => ContainerRig.RunToEndAsync(rig.WithHelpers.Client, new() { Spec = all }, token)),
        ])
        {
            var samples = new Samples();
            for (var round = 0; round < (settings.Rounds ?? 1); round++)
            {
                samples.Add(await contestant.MeasureAsync(cancellationToken));
                await rig.SettleAsync(cancellationToken);
            }
            settings.Say($"{contestant.Name}: {samples.Median:0.0} s");
            figures.Add(new(contestant.Name, samples, Unit.Seconds));
        }
        return new(figures);
    }
}

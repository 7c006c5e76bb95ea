using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Peers;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Thirty steps, each of which needs the one before: what goes by between two steps counts thirty times.</summary>
internal sealed class Chain : IScenario
{
    private const int Steps = 30;
    private const string Us = "Twinrunner", Floor = "30 × Engine API floor", Make = "GNU make + docker run", CwlTool = "cwltool";

    public string Name => "chain";

    public string Title => "A chain of 30 no-op steps";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ContainerRig.OpenAsync(slots: 4, cancellationToken);
        var spec = BenchWorkflows.Chain(rig.Image, Steps);
        List<Contestant> contestants =
        [
            Contestant.Timed(Floor, async token =>
            {
                for (var i = 0; i < Steps; i++)
                    await rig.Floor.RunAsync(["true"], token);
            }),
            Contestant.Timed(Us, token => rig.RunToEndAsync(new() { Spec = spec }, token)),
        ];
        var peers = new PeerList(rig);
        peers.AddIfThere(contestants, "make", Make, token => peers.MakeChainAsync(Steps, token));
        peers.AddIfThere(contestants, "snakemake", "snakemake + docker run", token => peers.SnakemakeChainAsync(Steps, token));
        peers.AddIfThere(contestants, "cwltool", CwlTool, token => peers.CwlToolChainAsync(Steps, token));

        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 5, settings, rig.SettleAsync, cancellationToken);
        var us = samples[Us].Median;
        var overFloor = us / samples[Floor].Median;
        var budgets = new List<BudgetLine> { new("30-step chain", "≤ 1.10 × 30 × floor", $"{overFloor:0.00} ×", overFloor <= 1.10) };
        if (samples.TryGetValue(Make, out var make))
            budgets.Add(new("30-step chain", "faster than GNU make calling docker", $"{make.Median / us:0.00} × as fast", us < make.Median));
        if (samples.TryGetValue(CwlTool, out var cwl))
            budgets.Add(new("30-step chain", "≥ 3 × faster than cwltool", $"{cwl.Median / us:0.0} × as fast", cwl.Median >= 3 * us));
        return new([.. contestants.Where(c => samples.ContainsKey(c.Name)).Select(c => new Figure(c.Name, samples[c.Name], Unit.Seconds))])
        {
            Budgets = budgets,
            Notes =
            [
                "Twinrunner removes a container while the next step's one starts; the others remove it first.",
                .. peers.Notes, .. notes,
            ],
        };
    }
}

using System.Text.Json;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Client;

namespace Twinrunner.Bench.Scenarios;

/// <summary>A run of 200 steps again, with one input changed: one container runs, 199 steps come from the step cache.</summary>
internal sealed class Resume : IScenario
{
    private const int Steps = 200, Slots = 4;
    private const double BudgetSeconds = 2;
    private const string Us = "Twinrunner, 199 of 200 cached", Floor = "Engine API floor of the one that runs";

    public string Name => "resume";

    public string Title => "A run of 200 steps again with one input changed";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ContainerRig.OpenAsync(Slots, cancellationToken);
        var spec = BenchWorkflows.Cached(rig.Image, Steps, Slots);
        settings.Say("the first run, which fills the cache");
        await rig.RunToEndAsync(new() { Spec = spec }, cancellationToken);
        var changes = 0;
        var last = "";
        List<Contestant> contestants =
        [
            Contestant.Timed(Us, async token => last = await rig.RunToEndAsync(
                new() { Spec = spec, Parameters = new Dictionary<string, JsonElement> { ["x"] = JsonSerializer.SerializeToElement($"x{++changes}") } }, token)),
            Contestant.Timed(Floor, token => rig.Floor.RunAsync(["true"], token)),
        ];
        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 7, settings, rig.SettleAsync, cancellationToken);

        var counts = (await rig.Host.Client.GetExecutionAsync(last, cancellationToken)).StepCounts;
        if (counts.GetValueOrDefault(StepStatus.Cached) != Steps - 1)
            throw new InvalidOperationException($"{counts.GetValueOrDefault(StepStatus.Cached)} of {Steps} steps were cached, not {Steps - 1}.");
        var own = samples[Us].Median - samples[Floor].Median;
        return new([.. contestants.Select(c => new Figure(c.Name, samples[c.Name], Unit.Seconds))])
        {
            Budgets = [new("resume of a 200-step run with one input changed", "< 2 s of our own time", $"{own:0.00} s", own < BudgetSeconds)],
            Notes = ["Own time is the whole time less the container's.", .. notes],
        };
    }
}

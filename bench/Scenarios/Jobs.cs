using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What a step on Kubernetes costs beside a bare Job, and what it asks of the API server.</summary>
internal sealed class Jobs : IScenario
{
    private const string Floor = "bare Job, made and watched to its end", Shared = "Twinrunner, shared volume", Helpers = "Twinrunner, helpers",
        Input = "Twinrunner, helpers, with an input";

    private const double SharedBudget = 0.3, HelpersBudget = 1.5, RequestBudget = 6;
    private const int Counted = 20;

    public string Name => "jobs";

    public string Title => "One no-op step as a Job of a cluster, from submission to its durable end";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ClusterRig.OpenAsync(cancellationToken);
        var one = BenchWorkflows.OneStep(rig.Image);
        List<Contestant> contestants =
        [
            Contestant.Timed(Floor, rig.RunBareAsync),
            Contestant.Timed(Shared, token => ContainerRig.RunToEndAsync(rig.WithShared.Client, new() { Spec = one }, token)),
            Contestant.Timed(Helpers, token => ContainerRig.RunToEndAsync(rig.WithHelpers.Client, new() { Spec = one }, token)),
            Contestant.Timed(Input, token => ContainerRig.RunToEndAsync(rig.WithHelpers.Client, new() { Spec = BenchWorkflows.OneStepWithInput(rig.Image) }, token)),
        ];
        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 10, settings, rig.SettleAsync, cancellationToken);

        var before = rig.Asked;
        await ContainerRig.RunToEndAsync(rig.WithHelpers.Client, new() { Spec = BenchWorkflows.FanOut(rig.Image, Counted, width: Counted) }, cancellationToken);
        await rig.SettleAsync(cancellationToken);
        var asked = (rig.Asked - before) / (double)Counted;
        var (shared, helpers, input) = (Over(Shared), Over(Helpers), Over(Input));
        return new([.. contestants.Select(c => new Figure(c.Name, samples[c.Name], Unit.Milliseconds))])
        {
            Budgets =
            [
                new("a step as a Job, shared volume", "bare Job + 300 ms p50", $"bare Job {shared * 1000:+0;−0;0} ms", shared <= SharedBudget),
                new("a step as a Job, helpers", "bare Job + 1.5 s p50", $"bare Job {helpers * 1000:+0;−0;0} ms", helpers <= HelpersBudget),
                new("a step as a Job, helpers, with an input", "bare Job + 1.5 s p50", $"bare Job {input * 1000:+0;−0;0} ms", input <= HelpersBudget),
                new($"requests to the API server a step, beside watches and heartbeats ({Counted} at once)", "≤ 6", $"{asked:0.0}", asked <= RequestBudget),
            ],
            Notes = ["A bare Job's end is what its controller writes; Twinrunner's is what the pod says, and all of the log and outputs stored.", .. notes],
        };

        double Over(string contestant) => samples[contestant].Median - samples[Floor].Median;
    }
}

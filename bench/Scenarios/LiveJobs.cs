using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What a runner holds in memory for the Jobs that it drives.</summary>
internal sealed class LiveJobs : IScenario
{
    private const int Live = 500;

    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(10);

    public string Name => "jobs-live";

    public string Title => $"Memory of `twin serve` with {Live} live Jobs of a cluster";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var rig = await ClusterRig.OpenAsync(cancellationToken);
        await using var server = await rig.ServeAsync(Live, cancellationToken);
        await Task.Delay(Calm, TimeProvider.System, cancellationToken);
        var (idle, live) = (new Samples(), new Samples());
        idle.Add(server.ReadMemory("VmRSS") / 1e6);
        var execution = await server.Client.SubmitAsync(new() { Spec = BenchWorkflows.FanOut(rig.Image, Live, width: Live, command: "sleep, '3600'") }, cancellationToken);
        var (jobs, running) = await UntilAsync(rig, (now, before) => now.Jobs == Live && now == before, cancellationToken);
        live.Add(server.ReadMemory("VmRSS") / 1e6);
        settings.Say($"{jobs} Jobs, {running} pods run: {live.Median:0} MB");
        await server.Client.CancelExecutionAsync(execution.Id, null, cancellationToken);
        await UntilAsync(rig, (now, _) => now.Jobs == 0, cancellationToken);
        return new([new("without a Job", idle, Unit.Megabytes), new($"{jobs} Jobs, of which {running} run and the others wait for room on the node", live, Unit.Megabytes)]);
    }

    /// <summary>Looks now and then, until what is there, beside what was there before, is as it has to be.</summary>
    private static async Task<(int Jobs, int Running)> UntilAsync(
        ClusterRig rig, Func<(int Jobs, int Running), (int Jobs, int Running), bool> isSo, CancellationToken cancellationToken)
    {
        var now = await rig.CountAsync(cancellationToken);
        while (true)
        {
            await Task.Delay(Calm, TimeProvider.System, cancellationToken);
            var before = now;
            now = await rig.CountAsync(cancellationToken);
            if (isSo(now, before))
                return now;
        }
    }
}

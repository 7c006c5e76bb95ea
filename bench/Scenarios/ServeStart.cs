using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>How long <c>twin serve</c> takes to answer, and what it takes while nothing happens.</summary>
internal sealed class ServeStart : IScenario
{
    private const string Ready = "process start to ready", Idle = "resident memory when idle";
    private const double BudgetSeconds = 1, BudgetMegabytes = 100;

    /// <summary>Until what the start has left to do is done.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);

    public string Name => "serve";

    public string Title => "Start of `twin serve` on an empty data folder";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        var (ready, idle) = (new Samples(), new Samples());
        var rounds = settings.Rounds ?? 7;
        for (var round = -1; round < rounds; round++)
        {
            await using var server = await ServerProcess.StartAsync(["--slots", "4"], cancellationToken);
            await Task.Delay(Calm, TimeProvider.System, cancellationToken);
            if (round < 0)
                continue; // files were cold
            ready.Add(server.ReadyAfter.TotalSeconds);
            idle.Add(server.ReadMemory("VmRSS") / 1e6);
            settings.Say($"round {round + 1} of {rounds}: {server.ReadyAfter.TotalSeconds:0.00} s");
        }
        return new([new(Ready, ready, Unit.Seconds), new(Idle, idle, Unit.Megabytes)])
        {
            Budgets =
            [
                new("`twin serve` ready", "< 1 s", $"{ready.Median:0.00} s", ready.Median < BudgetSeconds),
                new("`twin serve` idle memory", "< 100 MB RSS", $"{idle.Median:0} MB", idle.Median < BudgetMegabytes),
            ],
        };
    }
}

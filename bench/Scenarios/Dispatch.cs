using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What the scheduler, the step runner and the embedded database can do when steps themselves cost nothing.</summary>
internal sealed class Dispatch : IScenario
{
    private const double BudgetRate = 2_000;

    /// <summary>Steps in flight: enough that writes come in groups.</summary>
    private const int Slots = 128;

    /// <summary>Of a long queue only the first are driven, so that it stays long.</summary>
    private const int MostDriven = 5_000;

    private static readonly int[] Queues = [1_000, 10_000, 100_000];

    public string Name => "dispatch";

    public string Title => "Steps from the queue to their durable end, with an executor that launches nothing";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await DriveAsync(Queues[0], folders: true, cancellationToken); // code was cold
        var samples = Queues.ToDictionary(NameOf, _ => new Samples());
        var withFolders = new Samples();
        for (var round = 0; round < (settings.Rounds ?? 3); round++)
        {
            foreach (var queued in Queues)
            {
                var rate = await DriveAsync(queued, folders: false, cancellationToken);
                samples[NameOf(queued)].Add(rate);
                settings.Say($"round {round + 1}, {NameOf(queued)}: {rate:0} steps/s");
            }
            withFolders.Add(await DriveAsync(Queues[1], folders: true, cancellationToken));
        }
        var rates = Queues.Select(queued => samples[NameOf(queued)].Median).ToList();
        var flatness = rates[^1] / rates[0];
        var figures = Queues.Select(queued => new Figure(NameOf(queued), samples[NameOf(queued)], Unit.StepsPerSecond));
        return new([.. figures, new($"{NameOf(Queues[1])}, with work folders and outputs", withFolders, Unit.StepsPerSecond)])
        {
            Budgets =
            [
                new("dispatch with a fake executor, 100,000 queued", "≥ 2,000 steps/s", $"{rates[^1]:0} steps/s", rates[^1] >= BudgetRate),
                new("dispatch as the queue grows from 1,000 to 100,000", "flat", $"{flatness:0.00} ×", flatness >= 0.8),
            ],
            Notes =
            [
                $"Claim, preparation, start, end, events, all durable: everything but the container and its folders, with {Slots} steps at once. Of 100,000 queued steps the first {MostDriven} are driven.",
            ],
        };
    }

    private static async Task<double> DriveAsync(int queued, bool folders, CancellationToken cancellationToken)
    {
        await using var room = new DispatchRoom(Slots, folders);
        await room.QueueAsync(queued, cancellationToken);
        return await room.DriveAsync(Math.Min(queued, MostDriven) - Slots, cancellationToken);
    }

    private static string NameOf(int queued) => $"{queued:N0} queued";
}

using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Whether lists and claims stay as quick when a million steps are stored.</summary>
internal sealed class StoreSize(BackEnds backEnds) : IScenario
{
    private const int Few = 1_000, Many = 1_000_000;
    private const int StepsOfAnExecution = 100, Batch = 1_000, Queued = 500;
    private const int PageSize = 50, Candidates = 16;

    /// <summary>A query takes a millisecond or less: one figure is the mean of so many.</summary>
    private const int Repeats = 50;

    private const double BudgetRatio = 1.2;
    private static readonly TimeSpan Lease = TimeSpan.FromHours(1);

    private bool OnMongo => backEnds == BackEnds.Cluster;

    public string Name => OnMongo ? "store-size-mongodb" : "store-size";

    public string Title => $"A page of steps, a page of executions, and a claim, with 1,000 and 1,000,000 steps stored{(OnMongo ? " on MongoDB" : "")}";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var small = OnMongo ? DatabaseRoom.Mongo() : null;
        await using var large = OnMongo ? DatabaseRoom.Mongo() : null;
        await using var few = await FillAsync(Few, small, settings, cancellationToken);
        await using var many = await FillAsync(Many, large, settings, cancellationToken);
        var contestants = new List<Contestant>();
        foreach (var (what, query) in Queries)
        {
            foreach (var (stores, size) in new[] { (few, Few), (many, Many) })
                contestants.Add(new(NameOf(what, size), token => MeasureAsync(stores, query, token)));
        }
        var (samples, _) = await Rounds.RunAsync(contestants, settings.Rounds ?? 9, settings with { Say = _ => { } }, _ => Task.CompletedTask, cancellationToken);

        return new([.. contestants.Select(c => new Figure(c.Name, samples[c.Name], Unit.Milliseconds))])
        {
            Budgets =
            [
                .. Queries.Select(query =>
                {
                    var ratio = samples[NameOf(query.What, Many)].Median / samples[NameOf(query.What, Few)].Median;
                    return new BudgetLine($"{query.What} with 1,000,000 steps stored", "same as with 1,000 (± 20 %)", $"{ratio:0.00} ×", ratio <= BudgetRatio);
                }),
            ],
            Notes = [$"Each figure is the mean of {Repeats} queries; both databases have {Queued} queued steps, the others have succeeded."],
        };
    }

    private static IReadOnlyList<(string What, Func<TestStores, CancellationToken, Task> QueryAsync)> Queries { get; } =
    [
        ("list page of steps", async (stores, token) =>
        {
            var executions = await stores.Get<ExecutionStore>().ListAsync(null, null, null, 1, token);
            await stores.Get<StepStore>().ListAsync(executions[0].Id, null, PageSize, token);
        }),
        ("second page of the oldest steps", async (stores, token) =>
        {
            var oldest = await stores.Get<ExecutionStore>().FindOpenAsync(null, 1, token);
            await stores.Get<StepStore>().ListAsync(oldest[0].Id, new(oldest[0].Id.Value), PageSize, token);
        }),
        ("list page of executions", (stores, token) => stores.Get<ExecutionStore>().ListAsync(null, null, null, 10, token)),
        ("claim of a step", async (stores, token) =>
        {
            var steps = stores.Get<StepStore>();
            var candidates = await steps.FindClaimableAsync(Candidates, token);
            using var held = await steps.TryClaimAsync(candidates[0], Id<Node>.New(TimeProvider.System), Lease, token)
                ?? throw new InvalidOperationException("Nobody else claims here.");
            // Back in the queue, so that each claim meets the same.
            await held.RetryAsync(new(StepStatus.Failed, TimeProvider.System.GetUtcNow()), TimeProvider.System.GetUtcNow(), countsAgainstUser: false, token);
        }),
    ];

    private static async Task<double> MeasureAsync(TestStores stores, Func<TestStores, CancellationToken, Task> queryAsync, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        for (var i = 0; i < Repeats; i++)
            await queryAsync(stores, cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds / Repeats;
    }

    private static async Task<TestStores> FillAsync(int count, TestMongo? mongo, BenchSettings settings, CancellationToken cancellationToken)
    {
        var stores = await TestStores.OpenAsync(_ => { }, storage => storage with { Mongo = mongo is null ? null : new(mongo.Address) }, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        for (var stored = 0; stored < count; stored += Batch)
        {
            var executions = Enumerable.Range(stored / StepsOfAnExecution, Batch / StepsOfAnExecution).Select(Execution).ToList();
            var steps = executions.SelectMany(execution => Enumerable.Range(0, StepsOfAnExecution).Select(i => Step(execution, i)));
            await stores.Get<StepStore>().InsertAsync(
                [.. steps.Select((step, i) => stored + i < count - Queued ? step with { Status = StepStatus.Succeeded } : step)], cancellationToken);
            foreach (var execution in executions)
                await stores.Get<ExecutionStore>().TryInsertAsync(execution, cancellationToken);
        }
        settings.Say($"{count:N0} steps stored in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
        return stores;
    }

    private static Execution Execution(int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            Id = Id<Execution>.New(TimeProvider.System),
            Title = $"execution {number}",
            Status = ExecutionStatus.Running,
            StepCount = StepsOfAnExecution,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private static Step Step(Execution execution, int number)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new()
        {
            Id = Id<Step>.New(TimeProvider.System),
            ExecutionRef = execution.Id,
            Name = $"work[{number}]",
            Status = StepStatus.Queued,
            Spec = new() { Kind = StepKind.Container, Source = "work", Image = "debian:bookworm-slim", Command = ["python3", "/app/main.py", $"{number}"] },
            QueuedAt = now,
            AvailableAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private static string NameOf(string what, int stored) => $"{what}, {stored:N0} stored";
}

using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Bench.Scenarios;

/// <summary>How long after an event is stored by one server another one has it. A round is a hundred events.</summary>
internal sealed class DatabaseChanges : IScenario
{
    private const int Events = 100;
    private const double BudgetSeconds = 0.25;

    public string Name => "database-changes";

    public string Title => "An event of one server until another has it, on MongoDB";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var mongo = DatabaseRoom.Mongo();
        await using var writer = await StartAsync(mongo, cancellationToken);
        await using var reader = await StartAsync(mongo, cancellationToken);
        var latencies = new Samples();
        var execution = Id<Execution>.New(TimeProvider.System);
        await using var watching = reader.Get<EventStore>().WatchAsync(null, execution, cancellationToken).GetAsyncEnumerator(cancellationToken);
        for (var i = 0; i <= Events * (settings.Rounds ?? 3); i++)
        {
            var next = watching.MoveNextAsync();
            await writer.Get<EventStore>().AppendAsync(
                new ExecutionEvent { Id = default, ExecutionRef = execution, At = TimeProvider.System.GetUtcNow(), Type = "bench" }, cancellationToken);
            var written = Stopwatch.GetTimestamp();
            await next;
            if (i > 0) // the first one waits until the reader listens
                latencies.Add(Stopwatch.GetElapsedTime(written).TotalSeconds);
        }
        var slow = latencies.Percentile(95);
        return new([new("seen by the other server", latencies, Unit.Milliseconds)])
        {
            Budgets = [new("a change seen by another process, p95", "250 ms", $"{slow * 1000:0} ms", slow <= BudgetSeconds)],
        };
    }

    private static Task<TestHost> StartAsync(TestMongo mongo, CancellationToken cancellationToken) =>
        TestHost.StartAsync(host => host with { Database = mongo.Address }, cancellationToken);
}

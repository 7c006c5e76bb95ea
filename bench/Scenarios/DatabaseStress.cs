using System.Diagnostics;
using System.Net;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.TestKit.Faults;

namespace Twinrunner.Bench.Scenarios;

/// <summary>Whether memory stays what it is under traffic whose connections are cut all the time. A round is a minute.</summary>
internal sealed class DatabaseStress : IScenario
{
    private const int Flows = 16;
    private const double BudgetGrowth = 1.15;
    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1), Cutting = TimeSpan.FromMilliseconds(500);

    public string Name => "database-stress";

    public string Title => "Resident memory under reads and writes on MongoDB, with connections cut twice a second";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var mongo = DatabaseRoom.Mongo();
        var server = DatabaseRoom.Server(mongo);
        if (!IPAddress.TryParse(server.Host, out _))
            throw new ScenarioUnavailableException("the proxy stands before a MongoDB that is named by its address");
        await using var proxy = FaultProxy.Before(server.Host, server.Port);
        var documents = mongo.Open(DatabaseRoom.Through(mongo, proxy.Port)).Collection("stress");
        var (memory, calls) = (new List<double>(), 0L);
        var rounds = Math.Max(2, settings.Rounds ?? 2);
        for (var round = 0; round <= rounds; round++)
        {
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            over.CancelAfter(Round);
            await Task.WhenAll([CutAsync(proxy, over.Token), .. Enumerable.Range(0, Flows).Select(_ => Task.Run(() => FlowAsync(documents, () => Interlocked.Increment(ref calls), over.Token), CancellationToken.None))]);
            cancellationToken.ThrowIfCancellationRequested();
            await documents.DeleteAsync(Filter.All, cancellationToken);
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // what is held, not what may be thrown away
            using var self = Process.GetCurrentProcess();
            memory.Add(self.WorkingSet64 / 1e6);
            settings.Say($"minute {round + 1}: {memory[^1]:0} MB, {calls:N0} calls, {proxy.Seen:N0} connections");
        }
        // The first minute warms up.
        var (first, last) = (new Samples(), new Samples());
        first.Add(memory[1]);
        last.Add(memory[^1]);
        var growth = memory[^1] / memory[1];
        return new([new("after two minutes", first, Unit.Megabytes), new($"after {memory.Count} minutes", last, Unit.Megabytes)])
        {
            Budgets = [new("memory under traffic and cut connections", "flat (+ 15 %)", $"{growth:0.00} ×", growth <= BudgetGrowth)],
            Notes = [$"{calls:N0} calls over {proxy.Seen:N0} connections; each write was acknowledged once, or the scenario would have failed."],
        };
    }

    private static async Task CutAsync(FaultProxy proxy, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Cutting, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                proxy.Cut();
        }
        catch (OperationCanceledException)
        {
            // The round is over.
        }
    }

    private static async Task FlowAsync(IDocumentCollection documents, Action called, CancellationToken cancellationToken)
    {
        // What is begun is finished, so that it is known whether it was done.
        while (!cancellationToken.IsCancellationRequested)
        {
            var id = ObjectId.New(TimeProvider.System);
            Check(await documents.TryInsertAsync([DatabaseRoom.Step(id, 0)], CancellationToken.None), "was not inserted", id);
            Check(await documents.TryReplaceAsync(id, 1, DatabaseRoom.Step(id, 1).Json, CancellationToken.None), "was not replaced", id);
            Check(await documents.GetAsync(id, CancellationToken.None) is { Revision: 2 }, "is not what was written", id);
            Check(!await documents.TryInsertAsync([DatabaseRoom.Step(id, 0)], CancellationToken.None), "was inserted twice", id);
            called();
        }
    }

    private static void Check(bool right, string sentence, ObjectId id)
    {
        if (!right)
            throw new InvalidOperationException($"The document {id} {sentence}.");
    }
}

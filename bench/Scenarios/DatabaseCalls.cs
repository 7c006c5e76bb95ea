using System.Diagnostics;
using Twinrunner.Bench.Measuring;
using Twinrunner.Bench.Rigs;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.TestKit;

namespace Twinrunner.Bench.Scenarios;

/// <summary>What the database's own work costs: the same calls through our back ends, and on MongoDB by the driver alone.</summary>
internal sealed class DatabaseCalls : IScenario
{
    private const int Flows = 16, CallsOfAFlow = 100;
    private const double BudgetShare = 0.7;
    private const string Collection = "steps";

    private static readonly string[] Kinds = ["insert", "read by id", "replace"];

    public string Name => "database";

    public string Title => $"Calls with documents of 1 KB from {Flows} flows at once, on both databases and by MongoDB's driver alone";

    public async Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken)
    {
        await using var mongo = DatabaseRoom.Mongo();
        var shared = mongo.Open();
        using var folder = new TestFolder();
        await using var embedded = SqliteDatabase.Open(folder["bench.db"]);
        var contestants = Kinds.SelectMany(kind => (Contestant[])
        [
            new(NameOf(kind, "MongoDB, driver alone"), token => RawAsync(shared, kind, token)),
            new(NameOf(kind, "MongoDB"), token => OursAsync(shared, kind, token)),
            new(NameOf(kind, "SQLite"), token => OursAsync(embedded, kind, token)),
        ]).ToList();
        var (samples, notes) = await Rounds.RunAsync(contestants, settings.Rounds ?? 7, settings, _ => Task.CompletedTask, cancellationToken);
        return new([.. contestants.Select(contestant => new Figure(contestant.Name, samples[contestant.Name], Unit.CallsPerSecond))])
        {
            Budgets = [.. Kinds.Select(kind =>
            {
                var share = samples[NameOf(kind, "MongoDB")].Median / samples[NameOf(kind, "MongoDB, driver alone")].Median;
                return new BudgetLine($"{kind} on MongoDB", "≥ 70 % of the driver alone", $"{share:P0}", share >= BudgetShare);
            })],
            Notes = [.. notes, "The driver alone sends BSON that lies ready and looks at no answer's document, on a thread for each flow; ours begins and ends with JSON, on the threads of its pool."],
        };
    }

    private static async Task<double> OursAsync(IDocumentDatabase database, string kind, CancellationToken cancellationToken)
    {
        var documents = database.Collection(Collection);
        var ids = Ids();
        if (kind != "insert")
            await documents.TryInsertAsync([.. ids.SelectMany(of => of).Select(id => DatabaseRoom.Step(id, 0))], cancellationToken);
        var calls = ids.Select(of => of.Select(id => DatabaseRoom.Step(id, 1)).ToList()).ToList();
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(calls.Select(flow => Task.Run(async () =>
        {
            foreach (var document in flow)
            {
                await (kind switch
                {
                    "insert" => documents.TryInsertAsync([document], cancellationToken),
                    "replace" => documents.TryReplaceAsync(document.Id, 1, document.Json, cancellationToken),
                    _ => (Task)documents.GetAsync(document.Id, cancellationToken),
                });
            }
        }, cancellationToken)));
        return Flows * CallsOfAFlow / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task<double> RawAsync(MongoDatabase database, string kind, CancellationToken cancellationToken)
    {
        var ids = Ids();
        if (kind != "insert")
            await database.Collection(Collection).TryInsertAsync([.. ids.SelectMany(of => of).Select(id => DatabaseRoom.Step(id, 0))], cancellationToken);
        var calls = ids.Select(of => of.Select(id => Ready(kind, id)).ToList()).ToList();
        var started = Stopwatch.GetTimestamp();
        // A client and a thread for each flow, for the whole time.
        await Task.WhenAll(calls.Select(flow => Task.Factory.StartNew(() => database.Connection.With(client =>
        {
            foreach (var (filter, document) in flow)
            {
                if (kind == "insert")
                    client.Insert(Collection, document);
                else if (kind == "replace")
                    client.Replace(Collection, filter, document);
                else
                    client.Find(Collection, filter, One, _ => { });
            }
            return true;
        }), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
        return Flows * CallsOfAFlow / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>With a limit of time, as ours has it: some servers take longer for that.</summary>
    private static byte[] One { get; } = BsonWriter.Document(bson =>
    {
        bson.Field("limit", 1L);
        bson.Field("maxTimeMS", 30_000L);
    });

    private static (byte[] Filter, byte[] Document) Ready(string kind, ObjectId id)
    {
        using var bson = new BsonWriter();
        MongoDocument.Write(bson, id, 2, DatabaseRoom.Step(id, 1).Json.Span, 1, []);
        return (kind == "replace" ? MongoFilter.OfRevision(id, 1) : MongoFilter.Of(Filter.Equal("_id", id)), bson.Written.ToArray());
    }

    private static List<List<ObjectId>> Ids() =>
        [.. Enumerable.Range(0, Flows).Select(_ => Enumerable.Range(0, CallsOfAFlow).Select(_ => ObjectId.New(TimeProvider.System)).ToList())];

    private static string NameOf(string kind, string who) => $"{kind}, {who}";
}

using System.Text;
using Twinrunner.Bench.Scenarios;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Bench.Rigs;

/// <summary>Documents like those of steps, and the MongoDB that is measured with.</summary>
internal static class DatabaseRoom
{
    private static readonly string Padding = new('x', 1_000);

    /// <summary>A database of the bench's own; dispose it to drop it.</summary>
    /// <exception cref="ScenarioUnavailableException">No server is named.</exception>
    public static TestMongo Mongo() => Environment.GetEnvironmentVariable(TestMongo.Variable) is { Length: > 0 }
        ? TestMongo.Create()
        : throw new ScenarioUnavailableException($"{TestMongo.Variable} names no MongoDB: scripts/mongo.sh start prints one");

    /// <summary>The options with which a database is reached through a proxy on that port.</summary>
    public static MongoOptions Through(TestMongo mongo, int port)
    {
        var path = new Uri(mongo.Address.Replace("mongodb:", "tcp:", StringComparison.Ordinal)).AbsolutePath;
        return new($"mongodb://127.0.0.1:{port}{path}?directConnection=true");
    }

    public static Uri Server(TestMongo mongo) => new(mongo.Address.Split('?')[0].Replace("mongodb:", "tcp:", StringComparison.Ordinal));

    public static NewDocument Step(ObjectId id, int number) => new(id, Encoding.UTF8.GetBytes(
        $$$"""{"_id":{"$oid":"{{{id}}}"},"executionRef":{"$oid":"{{{id}}}"},"name":"step","status":"Queued","priority":{{{number}}},"attempt":1,"availableAt":{"$date":"2026-01-01T00:00:00.000Z"},"spec":{"kind":"Container","source":"{{{Padding}}}"}}"""));
}

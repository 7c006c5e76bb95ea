using System.Text;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>What a server says of itself.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Set">The name of its replica set, or that it is the router of a sharded cluster; null: a server alone, without transactions.</param>
/// <param name="ClockAhead">How much its clock is ahead of this machine's.</param>
public sealed record MongoServer(string Version, string? Set, TimeSpan ClockAhead)
{
    internal static MongoServer Ask(MongoClient client, TimeProvider time)
    {
        var before = time.GetUtcNow();
        var hello = client.Read(BsonWriter.Document(bson => bson.Field("hello", 1)), on: "admin");
        var after = time.GetUtcNow();
        var build = client.Read(BsonWriter.Document(bson => bson.Field("buildInfo", 1)), on: "admin");
        var clock = BsonReader.TryFind(hello, "localTime"u8, out var now) && now.Type == BsonType.DateTime
            ? DateTimeOffset.FromUnixTimeMilliseconds(now.Int64) - (before + (after - before) / 2)
            : TimeSpan.Zero;
        return new(Text(build, "version"u8) ?? "unknown", Text(hello, "setName"u8) ?? (Text(hello, "msg"u8) == "isdbgrid" ? "a sharded cluster" : null), clock);
    }

    private static string? Text(byte[] reply, ReadOnlySpan<byte> name) =>
        BsonReader.TryFind(reply, name, out var found) && found.Type == BsonType.String ? Encoding.UTF8.GetString(found.Text) : null;
}

using System.Text;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>The collection through which processes tell each other of changes: who, when, and topics. The server deletes old ones.</summary>
internal sealed class MongoSignalCollection(TimeProvider time)
{
    private const string Name = "signals";

    private const int KeptSeconds = 120;

    /// <summary>Ids begin with their maker's clock, so a look goes back as far as clocks may differ.</summary>
    private static readonly TimeSpan LookBack = TimeSpan.FromSeconds(15);

    private readonly long _process = Random.Shared.NextInt64();
    private readonly Dictionary<ObjectId, DateTimeOffset> _seen = [];

    public void Prepare(MongoClient client) => client.Write(BsonWriter.Document(bson =>
    {
        bson.Field("createIndexes", Name);
        var indexes = bson.BeginArray("indexes"u8);
        var index = bson.BeginItem(0);
        bson.Field("key", BsonWriter.Document(key => key.Field("at", 1)));
        bson.Field("name", "twin_expiry");
        bson.Field("expireAfterSeconds", KeptSeconds);
        bson.End(index);
        bson.End(indexes);
    }));

    public bool Send(MongoClient client, IReadOnlyList<string> topics)
    {
        client.Insert(Name, BsonWriter.Document(bson =>
        {
            bson.Field("_id", ObjectId.New(time));
            bson.Field("at", time.GetUtcNow());
            bson.Field("from", _process);
            var array = bson.BeginArray("topics"u8);
            for (var i = 0; i < topics.Count; i++)
                bson.Field(i.ToString(), topics[i]);
            bson.End(array);
        }));
        return true;
    }

    /// <summary>Gives the topics of others as they come. <paramref name="goOn"/> is asked when the stream is open, and then at least twice a second.</summary>
    public void Watch(MongoClient client, Action<string> changed, Func<bool> goOn)
    {
        var options = BsonWriter.Document(bson => bson.Field("maxAwaitTimeMS", 500L));
        client.Watch(Name, options, change =>
        {
            if (change.Length > 0 && BsonReader.TryFind(change, "fullDocument"u8, out var signal) && signal.Type == BsonType.Document)
                Give(signal.Value, changed);
            return goOn();
        });
    }

    /// <summary>Gives the topics of others that came since the last time.</summary>
    public void Poll(MongoClient client, Action<string> changed)
    {
        var now = time.GetUtcNow();
        foreach (var (id, _) in _seen.Where(seen => now - seen.Value > 3 * LookBack).ToList())
            _seen.Remove(id);
        var filter = BsonWriter.Document(bson =>
        {
            var condition = bson.BeginDocument("_id"u8);
            bson.Field("$gt", ObjectId.Floor(now - LookBack));
            bson.End(condition);
        });
        client.Find(Name, filter, BsonWriter.Document(bson => bson.Field("limit", 10_000L)), signal =>
        {
            if (BsonReader.TryFind(signal, "_id"u8, out var id) && id.Type == BsonType.ObjectId && _seen.TryAdd(id.ObjectId, now))
                Give(signal, changed);
        });
    }

    private void Give(ReadOnlySpan<byte> signal, Action<string> changed)
    {
        if ((BsonReader.TryFind(signal, "from"u8, out var from) && from.WholeNumber == _process)
            || !BsonReader.TryFind(signal, "topics"u8, out var topics) || topics.Type != BsonType.Array)
            return;
        var items = new BsonReader(topics.Value);
        while (items.Read())
        {
            if (items.Type == BsonType.String)
                changed(Encoding.UTF8.GetString(items.Text));
        }
    }
}

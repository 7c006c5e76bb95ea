using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Bson;

namespace Twinrunner.Storage.Mongo;

/// <summary>An index as MongoDB has it. Servers build indexes in the background, while others read and write.</summary>
internal sealed class MongoIndex
{
    // Apart from those of other programs on the same collection, such as ODTP.
    private const string Prefix = "twin_";

    /// <summary>There is an index of that name over something else, or one over the same under another name (IndexOptionsConflict, IndexKeySpecsConflict).</summary>
    private static readonly uint[] Conflicts = [85, 86];

    private readonly string _name;
    private readonly byte[] _keys;
    private readonly bool _unique;

    private MongoIndex(string name, byte[] keys, bool unique) => (_name, _keys, _unique) = (name, keys, unique);

    /// <summary>
    /// One for queries and, where values are unique, one over the values that <see cref="MongoDocument"/> puts together: an index
    /// over the fields themselves would tell an id from its digits and take two nulls for the same, and would make ODTP's own
    /// documents, which may hold a value twice, an error.
    /// </summary>
    public static IReadOnlyList<MongoIndex> Specifications(IndexDefinition index)
    {
        var plain = new MongoIndex(Prefix + index.Name, MongoFilter.Order(index.Keys), unique: false);
        return index.Unique
            ? [plain, new(Prefix + index.Name + "_unique", BsonWriter.Document(bson => bson.Field($"{MongoDocument.OwnField}.unique.{index.Name}", 1)), unique: true)]
            : [plain];
    }

    /// <summary>Makes it if it isn't there; makes it anew if it is over something else.</summary>
    public void Ensure(MongoClient client, string collection)
    {
        try
        {
            client.Write(CreateCommand(collection));
        }
        catch (MongoException exception) when (Conflicts.Contains(exception.Code))
        {
            client.Write(DropCommand(collection));
            client.Write(CreateCommand(collection));
        }
    }

    private byte[] CreateCommand(string collection) => BsonWriter.Document(bson =>
    {
        bson.Field("createIndexes", collection);
        var indexes = bson.BeginArray("indexes"u8);
        var index = bson.BeginItem(0);
        bson.Field("key", _keys);
        bson.Field("name", _name);
        if (_unique)
        {
            bson.Field("unique", true);
            bson.Field("sparse", true);
        }
        bson.End(index);
        bson.End(indexes);
    });

    private byte[] DropCommand(string collection) => BsonWriter.Document(bson =>
    {
        bson.Field("dropIndexes", collection);
        bson.Field("index", _name);
    });
}

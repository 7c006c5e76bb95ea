using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Mongo;

/// <summary>What lies in MongoDB comes back as it was, bit for bit, when a document is read and written.</summary>
public sealed class BsonRoundTripTests
{
    /// <summary>MongoDB's own limit.</summary>
    private const int Deepest = 100;

    private static readonly Config Often = Config.QuickThrowOnFailure.WithMaxTest(500);

    [Fact]
    public void Any_value_comes_back_bit_for_bit()
    {
        TestMongo.RequireDriver();
        Prop.ForAll(RandomBson.Value(4).ToArbitrary(), value => Through(value, json => json) == value).Check(Often);
    }

    [Fact]
    public void Any_value_of_a_field_that_our_records_do_not_know_comes_back_bit_for_bit()
    {
        TestMongo.RequireDriver();
        Prop.ForAll(RandomBson.Value(4).ToArbitrary(), value => Through(value, AsUser) == value).Check(Often);
    }

    [Fact]
    public void A_value_may_lie_as_deep_as_MongoDB_allows()
    {
        TestMongo.RequireDriver();
        Prop.ForAll(RandomBson.Value(0).ToArbitrary(), value =>
        {
            var deep = RandomBson.Nested(value, Deepest - 1);
            return Through(deep, AsUser) == deep;
        }).Check(Often);
    }

    private static BsonValue Through(BsonValue value, Func<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> change)
    {
        var id = ObjectId.New(TimeProvider.System);
        var document = BsonWriter.Document(bson =>
        {
            bson.Field("_id", id);
            bson.Field("displayName", "Ada");
            bson.Field("created_at", DateTimeOffset.UnixEpoch);
            bson.Field("updated_at", DateTimeOffset.UnixEpoch);
            value.Write(bson, "value");
        });
        using var written = new BsonWriter();
        MongoDocument.Write(written, id, 1, change(MongoDocument.Read(document, StoredDocument.Read).Json).Span, 0, []);
        Assert.True(BsonReader.TryFind(written.Written.Span, "value"u8, out var found));
        return new(found.Type, found.Value.ToArray());
    }

    private static ReadOnlyMemory<byte> AsUser(ReadOnlyMemory<byte> json) =>
        PooledJson.Of(JsonSerializer.Deserialize(json.Span, DocumentJson.Default.User)!, DocumentJson.Default.User).Bytes;
}

using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.TestKit.Mongo;

namespace Twinrunner.Storage.Tests.Mongo;

/// <summary>BSON to Extended JSON and back; vectors in the manner of MongoDB's BSON corpus.</summary>
public sealed class BsonTests
{
    /// <summary>Hexadecimal digits of a document, and its JSON.</summary>
    public static TheoryData<string, string> Values { get; } = new()
    {
        { "0500000000", "{}" },
        { "10000000016100000000000000F03F00", """{"a":1.0}""" },
        { "10000000016100000000000000008000", """{"a":-0.0}""" },
        { "10000000016100000000000000F87F00", """{"a":{"$numberDouble":"NaN"}}""" },
        { "10000000016100000000000000F0FF00", """{"a":{"$numberDouble":"-Infinity"}}""" },
        { "0E00000002610002000000620000", """{"a":"b"}""" },
        { "0F00000002610003000000C3A90000", """{"a":"é"}""" },
        { "0D000000036100050000000000", """{"a":{}}""" },
        { "140000000461000C0000001030000A0000000000", """{"a":[10]}""" },
        { "0F0000000578000200000000FFFF00", """{"x":{"$binary":{"base64":"//8=","subType":"00"}}}""" },
        { "13000000057800060000000202000000FFFF00", """{"x":{"$binary":{"base64":"//8=","subType":"02"}}}""" },
        { "0800000006610000", """{"a":{"$undefined":true}}""" },
        { "1400000007610056E1FC72E0C917E9C471416100", """{"a":{"$oid":"56e1fc72e0c917e9c4714161"}}""" },
        { "090000000862000100", """{"b":true}""" },
        { "10000000096100C5D8D6CC3B01000000", """{"a":{"$date":"2012-12-24T12:15:30.501Z"}}""" },
        { "10000000096100C33CE7B9BDFFFFFF00", """{"a":{"$date":{"$numberLong":"-284643869501"}}}""" },
        { "10000000096100FFFFFFFFFFFFFF7F00", """{"a":{"$date":{"$numberLong":"9223372036854775807"}}}""" },
        { "080000000A610000", """{"a":null}""" },
        { "0F0000000B610061626300696D0000", """{"a":{"$regularExpression":{"pattern":"abc","options":"im"}}}""" },
        { "1A0000000C610002000000620056E1FC72E0C917E9C471416100", """{"a":{"$dbPointer":{"$ref":"b","$id":{"$oid":"56e1fc72e0c917e9c4714161"}}}}""" },
        { "0E0000000D610002000000620000", """{"a":{"$code":"b"}}""" },
        { "0E0000000E610002000000620000", """{"a":{"$symbol":"b"}}""" },
        { "1A0000000F6100120000000500000061626364000500000000" + "00", """{"a":{"$code":"abcd","$scope":{}}}""" },
        { "0C0000001069000100000000", """{"i":1}""" },
        { "0C000000106900FFFFFF7F00", """{"i":2147483647}""" },
        { "100000001161002A0000001500000000", """{"a":{"$timestamp":{"t":21,"i":42}}}""" },
        { "10000000126100050000000000000000", """{"a":{"$numberLong":"5"}}""" },
        { "10000000126100000000800000000000", """{"a":2147483648}""" },
        { "10000000126100FFFFFFFFFFFFFF7F00", """{"a":9223372036854775807}""" },
        { "180000001364000100000000000000000000000000403000", """{"d":{"$numberDecimal":"1"}}""" },
        { "180000001364000A00000000000000000000000000363000", """{"d":{"$numberDecimal":"0.00010"}}""" },
        { "180000001364000000000000000000000000000000007800", """{"d":{"$numberDecimal":"Infinity"}}""" },
        { "08000000FF610000", """{"a":{"$minKey":1}}""" },
        { "080000007F610000", """{"a":{"$maxKey":1}}""" },
        { "0F0000000224610002000000620000", """{"$a":"b"}""" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_value_comes_back_bit_for_bit(string hex, string json)
    {
        TestMongo.RequireDriver(); // decimal numbers become text by its functions
        var bytes = Convert.FromHexString(hex);

        var written = ToJson(bytes);

        Assert.Equal(json, written);
        Assert.Equal(hex, Convert.ToHexString(ToBson(written)));
    }

    [Theory]
    [InlineData("0000000000")]
    [InlineData("0400000000")]
    [InlineData("0500000001")]
    [InlineData("0600000000")]
    [InlineData("05000000")]
    [InlineData("0C0000000261000500000000")]
    [InlineData("0E00000002610000000000620000")]
    [InlineData("0E000000026100FFFFFFFF620000")]
    [InlineData("0D000000036100060000000000")]
    [InlineData("0D00000003610005000000FF00")]
    [InlineData("080000008061000000")]
    [InlineData("0700000010610000")]
    [InlineData("0F00000005780000000080FFFF00")]
    [InlineData("10000000057800030000000201FFFF00")]
    public void What_is_no_BSON_is_refused(string hex) =>
        Assert.Throws<FormatException>(() => ToJson(Convert.FromHexString(hex)));

    [Theory]
    [InlineData("""{"a":{"$oid":"not an id"}}""")]
    [InlineData("""{"a":{"$oid":"56e1fc72e0c917e9c4714161","more":1}}""")]
    [InlineData("""{"a":{"$date":"tomorrow"}}""")]
    [InlineData("""{"a":{"$date":"2026"}}""")]
    [InlineData("""{"a":{"$numberLong":"x"}}""")]
    [InlineData("""{"a":{"$binary":{"base64":"?","subType":"00"}}}""")]
    [InlineData("""{"a":{"$unknown":[1,{"$minKey":2}]}}""")]
    public void What_only_looks_like_a_value_stays_a_document(string json) =>
        Assert.Equal(json, ToJson(ToBson(json)));

    [Fact]
    public void A_deep_document_is_refused_instead_of_ending_the_process()
    {
        var json = string.Concat(Enumerable.Repeat("""{"a":""", 150)) + "1" + new string('}', 150);
        Assert.Equal(json, ToJson(ToBson(json)));

        var bson = Convert.FromHexString("0500000000");
        for (var i = 0; i < 10_000; i++)
        {
            var inner = bson;
            bson = BsonWriter.Document(writer => writer.Field("a", inner));
        }
        Assert.Throws<FormatException>(() => ToJson(bson));
    }

    [Fact]
    public void A_name_with_a_zero_is_refused_and_text_with_one_is_not()
    {
        Assert.Throws<ArgumentException>(() => ToBson("""{"a\u0000b":1}"""));
        Assert.Equal("""{"a":"x\u0000y"}""", ToJson(ToBson("""{"a":"x\u0000y"}""")));
    }

    [Fact]
    public void Our_own_fields_are_apart_from_the_document()
    {
        using var bson = new BsonWriter();
        var id = ObjectId.New(TimeProvider.System);
        MongoDocument.Write(bson, id, 7, """{"_id":"x","revision":3,"name":"a","_twinrunner":1}"""u8, 42, [new("by_name", ["name"], Unique: true)]);

        var stored = MongoDocument.Read(bson.Written.Span, StoredDocument.Read);

        Assert.Equal((id, 7), (stored.Id, stored.Revision));
        Assert.Equal($$$"""{"_id":{"$oid":"{{{id}}}"},"name":"a"}""", Encoding.UTF8.GetString(stored.Json.Span));
        Assert.Contains("\"_twinrunner\":{\"write\":{\"$numberLong\":\"42\"},\"unique\":{\"by_name\":{\"0\":\"a\"}}}", ToJson(bson.Written.ToArray()));
    }

    [Theory]
    [InlineData("""{"$numberLong":"5"}""")]
    [InlineData("""{"$numberInt":"5"}""")]
    [InlineData("""{"$numberDouble":"5.0"}""")]
    [InlineData("5.0")]
    [InlineData("5")]
    public void A_known_field_takes_a_number_of_any_type(string number)
    {
        var json = """
            {"_id":{"$oid":"56e1fc72e0c917e9c4714161"},"executionRef":"56e1fc72e0c917e9c4714161","name":"a","status":"Running","spec":{"kind":"Container","source":"a"},
             "attempt":5,"fence":5,"progress":5,"createdAt":{"$date":"2026-01-01T00:00:00Z"},"updatedAt":{"$date":"2026-01-01T00:00:00Z"}}
            """.Replace(":5,", $":{number},", StringComparison.Ordinal);

        var step = JsonSerializer.Deserialize(json, DocumentJson.Default.Step)!;

        Assert.Equal((5, 5, 5.0), (step.Attempt, step.Fence, step.Progress));
    }

    private static string ToJson(byte[] bson)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = 1000 }))
            BsonJson.WriteDocument(writer, bson);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static byte[] ToBson(string json) => BsonWriter.Document(bson => JsonBson.WriteFields(bson, Encoding.UTF8.GetBytes(json)));
}

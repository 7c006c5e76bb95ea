using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>
/// Writes BSON as MongoDB's relaxed Extended JSON v2, with one difference that lets every value come back as it was: numbers of
/// 64 bits that 32 would hold keep their type (<c>{"$numberLong":"5"}</c>), and a double always has a point or an exponent.
/// </summary>
internal static class BsonJson
{
    private const int Deepest = 200;

    private static readonly long LastDate = new DateTimeOffset(9999, 12, 31, 23, 59, 59, 999, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <exception cref="FormatException">It isn't BSON.</exception>
    public static void WriteDocument(Utf8JsonWriter json, ReadOnlySpan<byte> document, int depth = 0)
    {
        json.WriteStartObject();
        var reader = new BsonReader(document);
        while (reader.Read())
        {
            json.WritePropertyName(reader.Name);
            WriteValue(json, reader, depth + 1);
        }
        json.WriteEndObject();
    }

    /// <summary>The value that the reader stands at.</summary>
    public static void WriteValue(Utf8JsonWriter json, BsonReader reader, int depth)
    {
        if (depth > Deepest)
            throw new FormatException($"a document is more than {Deepest} levels deep");
        switch (reader.Type)
        {
            case BsonType.String:
                json.WriteStringValue(reader.Text);
                break;
            case BsonType.Int32:
                json.WriteNumberValue(reader.Int32);
                break;
            case BsonType.Int64 when reader.Int64 is < int.MinValue or > int.MaxValue:
                json.WriteNumberValue(reader.Int64);
                break;
            case BsonType.Double when double.IsFinite(reader.Double):
                WriteDouble(json, reader.Double);
                break;
            case BsonType.Boolean:
                json.WriteBooleanValue(reader.Boolean);
                break;
            case BsonType.Null:
                json.WriteNullValue();
                break;
            case BsonType.Document:
                WriteDocument(json, reader.Value, depth);
                break;
            case BsonType.Array:
                json.WriteStartArray();
                var items = new BsonReader(reader.Value);
                while (items.Read())
                    WriteValue(json, items, depth + 1);
                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                WriteExtended(json, reader, depth);
                json.WriteEndObject();
                break;
        }
    }

    private static void WriteExtended(Utf8JsonWriter json, BsonReader reader, int depth)
    {
        switch (reader.Type)
        {
            case BsonType.ObjectId:
                WriteId(json, reader.ObjectId);
                break;
            case BsonType.DateTime:
                WriteDate(json, reader.Int64);
                break;
            case BsonType.Int64:
                WriteText(json, "$numberLong"u8, reader.Int64);
                break;
            case BsonType.Double:
                var number = reader.Double;
                json.WriteString("$numberDouble"u8, double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case BsonType.Decimal128:
                json.WriteString("$numberDecimal"u8, Decimal128.Text(reader.Value));
                break;
            case BsonType.Binary:
                json.WriteStartObject("$binary"u8);
                json.WriteBase64String("base64"u8, BinaryOf(reader.Value));
                json.WriteString("subType"u8, reader.Value[4].ToString("x2"));
                json.WriteEndObject();
                break;
            case BsonType.Timestamp:
                json.WriteStartObject("$timestamp"u8);
                json.WriteNumber("t"u8, BinaryPrimitives.ReadUInt32LittleEndian(reader.Value[4..]));
                json.WriteNumber("i"u8, BinaryPrimitives.ReadUInt32LittleEndian(reader.Value));
                json.WriteEndObject();
                break;
            case BsonType.Regex:
                var pattern = BsonReader.UpToZero(reader.Value);
                json.WriteStartObject("$regularExpression"u8);
                json.WriteString("pattern"u8, pattern);
                json.WriteString("options"u8, BsonReader.UpToZero(reader.Value[(pattern.Length + 1)..]));
                json.WriteEndObject();
                break;
            case BsonType.DbPointer:
                json.WriteStartObject("$dbPointer"u8);
                json.WriteString("$ref"u8, BsonReader.TextOf(reader.Value));
                json.WriteStartObject("$id"u8);
                WriteId(json, ObjectId.FromBytes(reader.Value[^12..]));
                json.WriteEndObject();
                json.WriteEndObject();
                break;
            case BsonType.Symbol:
                json.WriteString("$symbol"u8, reader.Text);
                break;
            case BsonType.Code:
                json.WriteString("$code"u8, reader.Text);
                break;
            case BsonType.CodeWithScope:
                var code = BsonReader.TextOf(reader.Value[4..]);
                json.WriteString("$code"u8, code);
                json.WritePropertyName("$scope"u8);
                WriteDocument(json, reader.Value[(4 + 4 + code.Length + 1)..], depth);
                break;
            case BsonType.Undefined:
                json.WriteBoolean("$undefined"u8, true);
                break;
            case BsonType.MinKey:
                json.WriteNumber("$minKey"u8, 1);
                break;
            case BsonType.MaxKey:
                json.WriteNumber("$maxKey"u8, 1);
                break;
        }
    }

    private static void WriteId(Utf8JsonWriter json, ObjectId id)
    {
        Span<byte> bytes = stackalloc byte[12];
        Span<char> digits = stackalloc char[24];
        id.WriteBytes(bytes);
        Convert.TryToHexStringLower(bytes, digits, out _);
        json.WriteString("$oid"u8, digits);
    }

    private static void WriteDate(Utf8JsonWriter json, long milliseconds)
    {
        if (milliseconds >= 0 && milliseconds <= LastDate)
        {
            Span<char> text = stackalloc char[32];
            DateTime.UnixEpoch.AddMilliseconds(milliseconds).TryFormat(text, out var length, DateJsonConverter.Format, CultureInfo.InvariantCulture);
            json.WriteString("$date"u8, text[..length]);
            return;
        }
        json.WriteStartObject("$date"u8);
        WriteText(json, "$numberLong"u8, milliseconds);
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, long value) =>
        json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    private static void WriteDouble(Utf8JsonWriter json, double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        if (text.AsSpan().IndexOfAny('.', 'E') < 0)
            text += ".0";
        json.WriteRawValue(Encoding.ASCII.GetBytes(text), skipInputValidation: true);
    }

    /// <summary>The bytes; those of the old subtype 2 have their length twice.</summary>
    private static ReadOnlySpan<byte> BinaryOf(ReadOnlySpan<byte> value)
    {
        if (value[4] != 2)
            return value[5..];
        if (value.Length < 9 || BinaryPrimitives.ReadInt32LittleEndian(value[5..]) != value.Length - 9)
            throw BsonReader.Malformed();
        return value[9..];
    }
}

using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>
/// Writes Extended JSON v2, relaxed or canonical, as BSON. A whole number becomes one of 32 bits where those hold it, else one of
/// 64; a number with a point or an exponent becomes a double.
/// </summary>
internal static class JsonBson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 200 };

    /// <summary>Writes the fields of a JSON object into the document that was begun, but those that <paramref name="skip"/> names.</summary>
    /// <exception cref="JsonException">It isn't JSON, or no object.</exception>
    /// <exception cref="ArgumentException">BSON can't hold it.</exception>
    public static void WriteFields(BsonWriter bson, ReadOnlySpan<byte> json, params ReadOnlySpan<string> skip)
    {
        var reader = new Utf8JsonReader(json, Options);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("expected an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var skipped = false;
            foreach (var name in skip)
                skipped |= reader.ValueTextEquals(name);
            if (skipped)
            {
                reader.Read();
                reader.Skip();
            }
            else
            {
                WriteProperty(bson, ref reader);
            }
        }
    }

    private static void WriteProperty(BsonWriter bson, ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            var name = reader.ValueSpan;
            reader.Read();
            WriteValue(bson, ref reader, name);
            return;
        }
        var unescaped = Encoding.UTF8.GetBytes(reader.GetString()!);
        reader.Read();
        WriteValue(bson, ref reader, unescaped);
    }

    /// <summary>The value that the reader stands at; leaves it at the value's end.</summary>
    private static void WriteValue(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                bson.Element(BsonType.String, name);
                WriteText(bson, ref reader);
                break;
            case JsonTokenType.Number:
                WriteNumber(bson, ref reader, name);
                break;
            case JsonTokenType.True or JsonTokenType.False:
                bson.Element(BsonType.Boolean, name);
                bson.Byte(reader.TokenType == JsonTokenType.True ? (byte)1 : (byte)0);
                break;
            case JsonTokenType.StartArray:
                WriteArray(bson, ref reader, name);
                break;
            case JsonTokenType.StartObject:
                if (ExtendedJson.TryWrite(bson, ref reader, name))
                    break;
                var start = bson.BeginDocument(name);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                    WriteProperty(bson, ref reader);
                bson.End(start);
                break;
            default:
                bson.Element(BsonType.Null, name);
                break;
        }
    }

    private static void WriteArray(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        var start = bson.BeginArray(name);
        Span<byte> digits = stackalloc byte[11];
        for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
        {
            Utf8Formatter.TryFormat(i, digits, out var length);
            WriteValue(bson, ref reader, digits[..length]);
        }
        bson.End(start);
    }

    private static void WriteNumber(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        if (reader.ValueSpan.IndexOfAny(".eE"u8) < 0 && reader.TryGetInt64(out var whole))
        {
            if (whole is >= int.MinValue and <= int.MaxValue)
            {
                bson.Element(BsonType.Int32, name);
                bson.Int32((int)whole);
                return;
            }
            bson.Element(BsonType.Int64, name);
            bson.Int64(whole);
            return;
        }
        bson.Element(BsonType.Double, name);
        bson.Double(reader.GetDouble());
    }

    private static void WriteText(BsonWriter bson, ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            bson.Text(reader.ValueSpan);
            return;
        }
        var length = reader.CopyString(bson.BeginText(reader.ValueSpan.Length));
        bson.EndText(length);
    }
}

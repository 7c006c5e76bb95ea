using System.Globalization;
using System.Text.Json;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>The objects of Extended JSON that stand for one value (<c>{"$oid":…}</c>). What only looks like one is a document like any other.</summary>
internal static class ExtendedJson
{
    /// <summary>The one that everybody else writes; .NET's own has its sign set.</summary>
    private static readonly double PositiveNaN = BitConverter.UInt64BitsToDouble(0x7FF8000000000000);

    /// <summary>Writes the object that the reader stands at if it is such a value, and leaves the reader at its end; else does nothing.</summary>
    public static bool TryWrite(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        var ahead = reader;
        if (!ahead.Read() || ahead.TokenType != JsonTokenType.PropertyName || !ahead.ValueSpan.StartsWith("$"u8))
            return false;
        // The two that nearly every document has, without a detour.
        if (TryWriteId(bson, ref ahead, name) || TryWriteDate(bson, ref ahead, name))
        {
            reader = ahead;
            return true;
        }
        ahead = reader;
        using var document = JsonDocument.ParseValue(ref ahead);
        if (!TryWrite(bson, document.RootElement, name))
            return false;
        reader = ahead;
        return true;
    }

    private static bool TryWriteId(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        var ahead = reader;
        if (!ahead.ValueTextEquals("$oid"u8) || !ahead.Read() || !TryText(ref ahead, out var text) || !ObjectId.TryParse(text, out var id))
            return false;
        bson.Element(BsonType.ObjectId, name);
        bson.ObjectId(id);
        reader = ahead;
        return true;
    }

    private static bool TryWriteDate(BsonWriter bson, ref Utf8JsonReader reader, scoped ReadOnlySpan<byte> name)
    {
        var ahead = reader;
        if (!ahead.ValueTextEquals("$date"u8) || !ahead.Read() || !TryText(ref ahead, out var text) || !TryDate(text, out var date))
            return false;
        bson.Element(BsonType.DateTime, name);
        bson.Int64(date);
        reader = ahead;
        return true;
    }

    /// <summary>The text that the reader stands at, if the object ends after it.</summary>
    private static bool TryText(ref Utf8JsonReader reader, out string text)
    {
        text = "";
        if (reader.TokenType != JsonTokenType.String)
            return false;
        text = reader.GetString()!;
        return reader.Read() && reader.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryWrite(BsonWriter bson, JsonElement value, ReadOnlySpan<byte> name)
    {
        var first = value.EnumerateObject().First();
        return (first.Name, value.GetPropertyCount()) switch
        {
            ("$date", 1) => first.Value.ValueKind == JsonValueKind.Object && TryNumber(first.Value, "$numberLong", out var date) && Write(bson, BsonType.DateTime, name, date),
            ("$numberLong", 1) => TryNumber(value, "$numberLong", out var number) && Write(bson, BsonType.Int64, name, number),
            ("$numberInt", 1) => TryNumber(value, "$numberInt", out var number) && TryWriteInt32(bson, name, number),
            ("$numberDouble", 1) => TryWriteDouble(bson, name, first.Value),
            ("$numberDecimal", 1) => TryWriteDecimal(bson, name, first.Value),
            ("$binary", 1) => TryWriteBinary(bson, name, first.Value),
            ("$timestamp", 1) => TryWriteTimestamp(bson, name, first.Value),
            ("$regularExpression", 1) => TryWriteRegex(bson, name, first.Value),
            ("$dbPointer", 1) => TryWritePointer(bson, name, first.Value),
            ("$symbol", 1) => TryWriteText(bson, BsonType.Symbol, name, first.Value),
            ("$code", 1) => TryWriteText(bson, BsonType.Code, name, first.Value),
            ("$code", 2) => TryWriteCode(bson, name, value),
            ("$undefined", 1) => first.Value.ValueKind == JsonValueKind.True && Write(bson, BsonType.Undefined, name),
            ("$minKey", 1) => IsOne(first.Value) && Write(bson, BsonType.MinKey, name),
            ("$maxKey", 1) => IsOne(first.Value) && Write(bson, BsonType.MaxKey, name),
            _ => false,
        };
    }

    private static bool Write(BsonWriter bson, BsonType type, ReadOnlySpan<byte> name)
    {
        bson.Element(type, name);
        return true;
    }

    private static bool Write(BsonWriter bson, BsonType type, ReadOnlySpan<byte> name, long value)
    {
        bson.Element(type, name);
        bson.Int64(value);
        return true;
    }

    private static bool TryWriteInt32(BsonWriter bson, ReadOnlySpan<byte> name, long value)
    {
        if (value is < int.MinValue or > int.MaxValue)
            return false;
        bson.Element(BsonType.Int32, name);
        bson.Int32((int)value);
        return true;
    }

    private static bool TryWriteDouble(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (Text(value) is not { } text || !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return false;
        bson.Element(BsonType.Double, name);
        bson.Double(double.IsNaN(number) ? PositiveNaN : number);
        return true;
    }

    private static bool TryWriteDecimal(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (Text(value) is not { } text || !Decimal128.TryParse(text, bytes))
            return false;
        bson.Element(BsonType.Decimal128, name);
        bson.Bytes(bytes);
        return true;
    }

    private static bool TryWriteBinary(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 2
            || !value.TryGetProperty("base64"u8, out var base64) || base64.ValueKind != JsonValueKind.String || !base64.TryGetBytesFromBase64(out var bytes)
            || !value.TryGetProperty("subType"u8, out var kind) || !byte.TryParse(Text(kind), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var subtype))
            return false;
        bson.Element(BsonType.Binary, name);
        bson.Int32(subtype == 2 ? bytes.Length + 4 : bytes.Length);
        bson.Byte(subtype);
        if (subtype == 2)
            bson.Int32(bytes.Length);
        bson.Bytes(bytes);
        return true;
    }

    private static bool TryWriteTimestamp(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 2
            || !value.TryGetProperty("t"u8, out var t) || t.ValueKind != JsonValueKind.Number || !t.TryGetUInt32(out var seconds)
            || !value.TryGetProperty("i"u8, out var i) || i.ValueKind != JsonValueKind.Number || !i.TryGetUInt32(out var increment))
            return false;
        return Write(bson, BsonType.Timestamp, name, (long)((ulong)seconds << 32 | increment));
    }

    private static bool TryWriteRegex(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 2
            || !value.TryGetProperty("pattern"u8, out var p) || Text(p) is not { } pattern || pattern.Contains('\0')
            || !value.TryGetProperty("options"u8, out var o) || Text(o) is not { } options || options.Contains('\0'))
            return false;
        bson.Element(BsonType.Regex, name);
        bson.NullEnded(pattern);
        bson.NullEnded(options);
        return true;
    }

    private static bool TryWritePointer(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object || value.GetPropertyCount() != 2
            || !value.TryGetProperty("$ref"u8, out var r) || Text(r) is not { } reference
            || !value.TryGetProperty("$id"u8, out var i) || i.ValueKind != JsonValueKind.Object || i.GetPropertyCount() != 1
            || !i.TryGetProperty("$oid"u8, out var oid) || !ObjectId.TryParse(Text(oid), out var id))
            return false;
        bson.Element(BsonType.DbPointer, name);
        bson.Text(reference);
        bson.ObjectId(id);
        return true;
    }

    private static bool TryWriteText(BsonWriter bson, BsonType type, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (Text(value) is not { } text)
            return false;
        bson.Element(type, name);
        bson.Text(text);
        return true;
    }

    private static bool TryWriteCode(BsonWriter bson, ReadOnlySpan<byte> name, JsonElement value)
    {
        if (Text(value.GetProperty("$code"u8)) is not { } code || !value.TryGetProperty("$scope"u8, out var scope) || scope.ValueKind != JsonValueKind.Object)
            return false;
        bson.Element(BsonType.CodeWithScope, name);
        var start = bson.Begin();
        bson.Text(code);
        var inner = bson.Begin();
        JsonBson.WriteFields(bson, System.Text.Encoding.UTF8.GetBytes(scope.GetRawText()));
        bson.End(inner);
        bson.EndLength(start);
        return true;
    }

    private static bool TryNumber(JsonElement value, string name, out long number)
    {
        number = 0;
        return value.GetPropertyCount() == 1 && value.TryGetProperty(name, out var text)
            && long.TryParse(Text(text), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>A whole date and time: less than that is somebody's text.</summary>
    private static bool TryDate(string text, out long milliseconds)
    {
        var read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date);
        milliseconds = date.ToUnixTimeMilliseconds();
        return read && text.Length >= "2026-01-31T12:00:00Z".Length && text[10] == 'T';
    }

    private static bool IsOne(JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number == 1;

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

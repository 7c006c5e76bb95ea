using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage;

/// <summary>
/// A 12-byte identifier: 4 bytes of seconds, 5 random bytes of this process, 3 bytes of a counter
/// (the BSON specification's ObjectId). Ids made by one process sort in the order in which they were made.
/// </summary>
[JsonConverter(typeof(ObjectIdJsonConverter))]
public readonly record struct ObjectId : IComparable<ObjectId>, ISpanParsable<ObjectId>
{
    // Random bits of the operating system's, as those of a Guid are: a cryptographic library only for these would be megabytes.
    private static readonly ulong ProcessPart = BinaryPrimitives.ReadUInt64LittleEndian(Guid.NewGuid().ToByteArray()) & 0xFF_FFFF_FFFF;
    private static long _last;

    private readonly uint _seconds;
    private readonly ulong _rest;

    private ObjectId(uint seconds, ulong rest)
    {
        _seconds = seconds;
        _rest = rest;
    }

    /// <summary>A new id, greater than every id that this process made before, also when the clock steps back.</summary>
    public static ObjectId New(TimeProvider time)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds() << 24;
        long seen, next;
        do
        {
            seen = Volatile.Read(ref _last);
            next = Math.Max(seen + 1, now);
        }
        while (Interlocked.CompareExchange(ref _last, next, seen) != seen);
        return new((uint)(next >> 24), ProcessPart << 24 | (uint)(next & 0xFFFFFF));
    }

    /// <summary>The id that comes right after this one.</summary>
    public ObjectId Next() => new(_rest == ulong.MaxValue ? _seconds + 1 : _seconds, _rest + 1);

    /// <summary>The second in which the id was made.</summary>
    public DateTimeOffset CreatedAt => DateTimeOffset.FromUnixTimeSeconds(_seconds);

    /// <summary>The smallest id of a second: for ranges over ids by time.</summary>
    public static ObjectId Floor(DateTimeOffset time) => new((uint)time.ToUnixTimeSeconds(), 0);

    /// <summary>Reads 12 bytes in BSON's order.</summary>
    public static ObjectId FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[4..]));

    /// <summary>Writes 12 bytes in BSON's order.</summary>
    public void WriteBytes(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, _seconds);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], _rest);
    }

    public int CompareTo(ObjectId other) =>
        _seconds != other._seconds ? _seconds.CompareTo(other._seconds) : _rest.CompareTo(other._rest);

    public static bool operator <(ObjectId left, ObjectId right) => left.CompareTo(right) < 0;
    public static bool operator >(ObjectId left, ObjectId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ObjectId left, ObjectId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ObjectId left, ObjectId right) => left.CompareTo(right) >= 0;

    /// <summary>24 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[12];
        WriteBytes(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    public static ObjectId Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"'{s}' is not an id: 24 hexadecimal digits.");

    public static ObjectId Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out ObjectId result)
    {
        result = default;
        Span<byte> bytes = stackalloc byte[12];
        if (s.Length != 24 || Convert.FromHexString(s, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
            return false;
        result = FromBytes(bytes);
        return true;
    }

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ObjectId result) =>
        TryParse(s.AsSpan(), provider, out result);

    public static bool TryParse(ReadOnlySpan<char> s, out ObjectId result) => TryParse(s, null, out result);
}

/// <summary>
/// Writes <c>{"$oid":"…"}</c> (MongoDB Extended JSON v2); reads that and a plain string of 24 digits, because ODTP's
/// documents hold references in both forms.
/// </summary>
public sealed class ObjectIdJsonConverter : JsonConverter<ObjectId>
{
    public override ObjectId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return ParseText(ref reader);
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read() || !reader.ValueTextEquals("$oid"u8) || !reader.Read())
            throw new JsonException("expected an ObjectId");
        var id = ParseText(ref reader);
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndObject)
            throw new JsonException("expected the end of an ObjectId");
        return id;
    }

    public override void Write(Utf8JsonWriter writer, ObjectId value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("$oid"u8, value.ToString());
        writer.WriteEndObject();
    }

    public override ObjectId ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ParseText(ref reader);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, ObjectId value, JsonSerializerOptions options) =>
        writer.WritePropertyName(value.ToString());

    private static ObjectId ParseText(ref Utf8JsonReader reader) =>
        ObjectId.TryParse(reader.GetString(), null, out var id) ? id : throw new JsonException("expected 24 hexadecimal digits");
}

using System.Buffers.Binary;
using System.Text;

namespace Twinrunner.MongoGateway;

/// <summary>One element of a BSON document, with its raw value.</summary>
internal readonly record struct BsonElement(string Name, byte Type, ReadOnlyMemory<byte> Value)
{
    public const byte Double = 1, String = 2, Document = 3, Array = 4, Binary = 5, Boolean = 8, Null = 10, Int32 = 16, Timestamp = 17, Int64 = 18;

    public string Text => Encoding.UTF8.GetString(Value.Span.Slice(4, Value.Length - 5));

    public long Number => Type switch
    {
        Int32 => BinaryPrimitives.ReadInt32LittleEndian(Value.Span),
        Int64 or 9 or Timestamp => BinaryPrimitives.ReadInt64LittleEndian(Value.Span),
        Double => (long)BinaryPrimitives.ReadDoubleLittleEndian(Value.Span),
        Boolean => Value.Span[0],
        _ => 0,
    };

    public bool IsTrue => Type is Boolean or Double or Int32 or Int64 ? Number != 0 : Type is not (Null or 6);

    public byte[] Bytes => Value.Span.Slice(5, BinaryPrimitives.ReadInt32LittleEndian(Value.Span)).ToArray();
}

internal static class Bson
{
    public static IEnumerable<BsonElement> Elements(ReadOnlyMemory<byte> document)
    {
        var end = Length(document.Span) - 1;
        if (end + 1 > document.Length || document.Span[end] != 0)
            throw new GatewayError(22, "InvalidBSON", "malformed document");
        var at = 4;
        while (at < end)
        {
            var type = document.Span[at++];
            var zero = document.Span[at..].IndexOf((byte)0);
            var name = Encoding.UTF8.GetString(document.Span.Slice(at, zero));
            at += zero + 1;
            var length = ValueLength(type, document.Span[at..]);
            yield return new(name, type, document.Slice(at, length));
            at += length;
        }
    }

    public static int Length(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadInt32LittleEndian(bytes);

    public static BsonElement? Get(ReadOnlyMemory<byte> document, string name)
    {
        foreach (var element in Elements(document))
        {
            if (element.Name == name)
                return element;
        }
        return null;
    }

    public static string? Text(ReadOnlyMemory<byte> document, string name) => Get(document, name) is { Type: BsonElement.String } element ? element.Text : null;

    public static long? Number(ReadOnlyMemory<byte> document, string name) =>
        Get(document, name) is { Type: BsonElement.Double or BsonElement.Int32 or BsonElement.Int64 or BsonElement.Boolean } element ? element.Number : null;

    public static bool IsTrue(ReadOnlyMemory<byte> document, string name) => Get(document, name) is { IsTrue: true };

    /// <summary>A document or array in the document.</summary>
    public static ReadOnlyMemory<byte>? Part(ReadOnlyMemory<byte> document, string name) =>
        Get(document, name) is { Type: BsonElement.Document or BsonElement.Array } element ? (ReadOnlyMemory<byte>?)element.Value : null;

    /// <summary>The document with the elements of another one behind its own.</summary>
    public static byte[] Append(ReadOnlySpan<byte> document, ReadOnlySpan<byte> more)
    {
        var joined = new byte[document.Length + more.Length - 5];
        document[..^1].CopyTo(joined);
        more[4..].CopyTo(joined.AsSpan(document.Length - 1));
        BinaryPrimitives.WriteInt32LittleEndian(joined, joined.Length);
        return joined;
    }

    public static byte[] Without(ReadOnlyMemory<byte> document, params string[] names)
    {
        var rest = new BsonBuilder();
        foreach (var element in Elements(document).Where(element => !names.Contains(element.Name)))
            rest.Put(element.Name, element);
        return rest.Done();
    }

    private static int ValueLength(byte type, ReadOnlySpan<byte> rest)
    {
        static int Ended(ReadOnlySpan<byte> text) => text.IndexOf((byte)0) + 1;
        return type switch
        {
            1 or 9 or 17 or 18 => 8,
            2 or 13 or 14 => 4 + Length(rest),
            3 or 4 or 15 => Length(rest),
            5 => 5 + Length(rest),
            7 => 12,
            8 => 1,
            6 or 10 or 0x7F or 0xFF => 0,
            11 => Ended(rest) + Ended(rest[Ended(rest)..]),
            12 => 16 + Length(rest),
            16 => 4,
            19 => 16,
            _ => throw new GatewayError(22, "InvalidBSON", $"unknown BSON type {type}"),
        };
    }
}

/// <summary>Builds a document; <see cref="Done"/> ends what is still open.</summary>
internal sealed class BsonBuilder
{
    private readonly MemoryStream _bytes = new();
    private readonly Stack<long> _open = new();

    public BsonBuilder() => Open();

    public BsonBuilder Document(string name) => Head(BsonElement.Document, name).Open();
    public BsonBuilder Array(string name) => Head(BsonElement.Array, name).Open();

    public BsonBuilder End()
    {
        _bytes.WriteByte(0);
        var (start, end) = (_open.Pop(), _bytes.Position);
        _bytes.Position = start;
        Int32((int)(end - start));
        _bytes.Position = end;
        return this;
    }

    public BsonBuilder Put(string name, string text)
    {
        Head(BsonElement.String, name);
        var bytes = Encoding.UTF8.GetBytes(text);
        Int32(bytes.Length + 1);
        _bytes.Write(bytes);
        _bytes.WriteByte(0);
        return this;
    }

    public BsonBuilder Put(string name, int number)
    {
        Head(BsonElement.Int32, name);
        Int32(number);
        return this;
    }

    public BsonBuilder Put(string name, long number) => Head(BsonElement.Int64, name).Int64(number);
    public BsonBuilder Put(string name, double number) => Head(BsonElement.Double, name).Int64(BitConverter.DoubleToInt64Bits(number));

    public BsonBuilder Put(string name, bool value)
    {
        Head(BsonElement.Boolean, name);
        _bytes.WriteByte(value ? (byte)1 : (byte)0);
        return this;
    }

    public BsonBuilder Put(string name, DateTimeOffset time) => Head(9, name).Int64(time.ToUnixTimeMilliseconds());
    public BsonBuilder PutTimestamp(string name, ulong value) => Head(BsonElement.Timestamp, name).Int64((long)value);

    public BsonBuilder PutBytes(string name, ReadOnlySpan<byte> bytes)
    {
        Head(BsonElement.Binary, name);
        Int32(bytes.Length);
        _bytes.WriteByte(0);
        _bytes.Write(bytes);
        return this;
    }

    public BsonBuilder Put(string name, byte type, ReadOnlySpan<byte> value)
    {
        Head(type, name);
        _bytes.Write(value);
        return this;
    }

    public BsonBuilder Put(string name, BsonElement element) => Put(name, element.Type, element.Value.Span);

    public byte[] Done()
    {
        while (_open.Count > 0)
            End();
        return _bytes.ToArray();
    }

    private BsonBuilder Open()
    {
        _open.Push(_bytes.Position);
        _bytes.Write(stackalloc byte[4]);
        return this;
    }

    private BsonBuilder Head(byte type, string name)
    {
        _bytes.WriteByte(type);
        _bytes.Write(Encoding.UTF8.GetBytes(name));
        _bytes.WriteByte(0);
        return this;
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private BsonBuilder Int64(long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
        return this;
    }
}

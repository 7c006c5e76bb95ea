using System.Buffers.Binary;
using System.Text;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>Goes through the elements of one document. What it reads is checked: a length never reaches beyond the document.</summary>
internal ref struct BsonReader
{
    private readonly ReadOnlySpan<byte> _document;
    private int _next;

    /// <exception cref="FormatException">It isn't BSON.</exception>
    public BsonReader(ReadOnlySpan<byte> document)
    {
        if (document.Length < 5)
            throw Malformed();
        var length = BinaryPrimitives.ReadInt32LittleEndian(document);
        if (length < 5 || length > document.Length || document[length - 1] != 0)
            throw Malformed();
        _document = document[..length];
        _next = 4;
    }

    public BsonType Type { get; private set; }

    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>The raw value of the element.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Goes to the next element; false: there is none.</summary>
    public bool Read()
    {
        Type = (BsonType)_document[_next++];
        if (Type == BsonType.End)
            return _next == _document.Length ? false : throw Malformed();
        var rest = _document[_next..^1];
        Name = UpToZero(rest);
        rest = rest[(Name.Length + 1)..];
        var length = LengthOf(Type, rest);
        if (length < 0 || length > rest.Length)
            throw Malformed();
        Value = rest[..length];
        _next += Name.Length + 1 + length;
        return true;
    }

    public readonly int Int32 => BinaryPrimitives.ReadInt32LittleEndian(Value);
    public readonly long Int64 => BinaryPrimitives.ReadInt64LittleEndian(Value);
    public readonly double Double => BinaryPrimitives.ReadDoubleLittleEndian(Value);
    public readonly bool Boolean => Value[0] != 0;
    public readonly ObjectId ObjectId => Storage.ObjectId.FromBytes(Value);

    /// <summary>The text of a string, symbol or code, in UTF-8.</summary>
    public readonly ReadOnlySpan<byte> Text => TextOf(Value);

    /// <summary>A number of any type as a whole one; 0 when it is none.</summary>
    public readonly long WholeNumber => Type switch
    {
        BsonType.Int32 => Int32,
        BsonType.Int64 => Int64,
        BsonType.Double => (long)Double,
        _ => 0,
    };

    /// <summary>Goes to the element of that name; false: there is none.</summary>
    public static bool TryFind(ReadOnlySpan<byte> document, scoped ReadOnlySpan<byte> name, out BsonReader found)
    {
        found = new(document);
        while (found.Read())
        {
            if (found.Name.SequenceEqual(name))
                return true;
        }
        return false;
    }

    /// <summary>Goes to the element at a dotted path, through documents only; false: there is none.</summary>
    public static bool TryFindPath(ReadOnlySpan<byte> document, string path, out BsonReader found)
    {
        var dot = path.IndexOf('.');
        if (dot < 0)
            return TryFind(document, Encoding.UTF8.GetBytes(path), out found);
        return TryFind(document, Encoding.UTF8.GetBytes(path[..dot]), out found)
            && found.Type == BsonType.Document
            && TryFindPath(found.Value, path[(dot + 1)..], out found);
    }

    public static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> value)
    {
        var length = value.Length < 5 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(value);
        return length >= 1 && length <= value.Length - 4 ? value.Slice(4, length - 1) : throw Malformed();
    }

    public static ReadOnlySpan<byte> UpToZero(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf((byte)0);
        return end >= 0 ? bytes[..end] : throw Malformed();
    }

    public static FormatException Malformed() => new("a document isn't valid BSON");

    private static int LengthOf(BsonType type, ReadOnlySpan<byte> rest) => type switch
    {
        BsonType.Double or BsonType.DateTime or BsonType.Timestamp or BsonType.Int64 => 8,
        BsonType.String or BsonType.Code or BsonType.Symbol => Prefixed(rest, 4),
        BsonType.Document or BsonType.Array or BsonType.CodeWithScope => Prefixed(rest, 0),
        BsonType.Binary => Prefixed(rest, 5),
        BsonType.Undefined or BsonType.Null or BsonType.MinKey or BsonType.MaxKey => 0,
        BsonType.ObjectId => 12,
        BsonType.Boolean => 1,
        BsonType.Regex => RegexLength(rest),
        BsonType.DbPointer => Prefixed(rest, 16),
        BsonType.Int32 => 4,
        BsonType.Decimal128 => 16,
        _ => throw new FormatException($"a document holds a value of the unknown BSON type {(byte)type}"),
    };

    private static int Prefixed(ReadOnlySpan<byte> rest, int more)
    {
        var length = rest.Length < 4 ? -1 : BinaryPrimitives.ReadInt32LittleEndian(rest);
        return length >= 0 && length <= rest.Length - more ? length + more : throw Malformed();
    }

    private static int RegexLength(ReadOnlySpan<byte> rest)
    {
        var pattern = UpToZero(rest).Length + 1;
        return pattern + UpToZero(rest[pattern..]).Length + 1;
    }
}

using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using System.Text.Unicode;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>Writes BSON documents, one after the other, into a buffer from the pool. Dispose it when nobody reads the buffer any more.</summary>
internal sealed class BsonWriter : IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);
    private int _count;

    /// <summary>What was written so far. It moves when more is written.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _count);

    public int Position => _count;

    /// <summary>A document made by one call.</summary>
    public static byte[] Document(Action<BsonWriter> write)
    {
        using var writer = new BsonWriter();
        var start = writer.Begin();
        write(writer);
        writer.End(start);
        return writer.Written.ToArray();
    }

    /// <summary>Begins a document that is no element of another one. Returns what <see cref="End"/> takes.</summary>
    public int Begin()
    {
        var start = _count;
        Reserve(4);
        _count += 4;
        return start;
    }

    public int BeginDocument(ReadOnlySpan<byte> name)
    {
        Element(BsonType.Document, name);
        return Begin();
    }

    public int BeginArray(ReadOnlySpan<byte> name)
    {
        Element(BsonType.Array, name);
        return Begin();
    }

    public int BeginDocument(string name)
    {
        Element(BsonType.Document, name);
        return Begin();
    }

    /// <summary>Begins a document in an array.</summary>
    public int BeginItem(int index)
    {
        Element(BsonType.Document, index);
        return Begin();
    }

    /// <summary>Ends what was begun there, and writes its length.</summary>
    public void End(int start)
    {
        Byte(0);
        EndLength(start);
    }

    /// <summary>Writes the length of what was begun there and, other than a document, has no end of its own.</summary>
    public void EndLength(int start) => BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(start), _count - start);

    /// <summary>Type and name of an element; its value follows.</summary>
    public void Element(BsonType type, ReadOnlySpan<byte> name)
    {
        if (name.Contains((byte)0))
            throw new ArgumentException("The name of a field can't hold the character 0.");
        Byte((byte)type);
        Bytes(name);
        Byte(0);
    }

    public void Element(BsonType type, string name)
    {
        var length = Encoding.UTF8.GetByteCount(name);
        var utf8 = length <= 256 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(name, utf8);
        Element(type, utf8);
    }

    /// <summary>Type and place of an item of an array.</summary>
    public void Element(BsonType type, int index)
    {
        Span<byte> digits = stackalloc byte[11];
        Utf8Formatter.TryFormat(index, digits, out var length);
        Element(type, digits[..length]);
    }

    public void Byte(byte value)
    {
        Reserve(1);
        _buffer[_count++] = value;
    }

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Take(bytes.Length));
    }

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);
    public void Double(double value) => BinaryPrimitives.WriteDoubleLittleEndian(Take(8), value);
    public void ObjectId(ObjectId value) => value.WriteBytes(Take(12));

    /// <summary>Text without zeros, ended by one (a name, a regular expression).</summary>
    public void NullEnded(string text)
    {
        if (text.Contains('\0'))
            throw new ArgumentException("The text can't hold the character 0.");
        Bytes(Encoding.UTF8.GetBytes(text));
        Byte(0);
    }

    /// <summary>Text with its length.</summary>
    /// <exception cref="ArgumentException">It isn't UTF-8.</exception>
    public void Text(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8))
            throw new ArgumentException("The text of a field isn't valid UTF-8.");
        Int32(utf8.Length + 1);
        Bytes(utf8);
        Byte(0);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Int32(length + 1);
        Encoding.UTF8.GetBytes(text, Take(length));
        Byte(0);
    }

    /// <summary>Room for at most that many bytes of text, of which <see cref="EndText"/> says how many were written.</summary>
    public Span<byte> BeginText(int most)
    {
        Reserve(5 + most);
        return _buffer.AsSpan(_count + 4, most);
    }

    public void EndText(int length)
    {
        Int32(length + 1);
        _count += length;
        Byte(0);
    }

    public void Field(string name, string value)
    {
        Element(BsonType.String, name);
        Text(value);
    }

    public void Field(string name, int value)
    {
        Element(BsonType.Int32, name);
        Int32(value);
    }

    public void Field(string name, long value)
    {
        Element(BsonType.Int64, name);
        Int64(value);
    }

    public void Field(string name, bool value)
    {
        Element(BsonType.Boolean, name);
        Byte(value ? (byte)1 : (byte)0);
    }

    public void Field(string name, ObjectId value)
    {
        Element(BsonType.ObjectId, name);
        ObjectId(value);
    }

    public void Field(string name, DateTimeOffset value)
    {
        Element(BsonType.DateTime, name);
        Int64(value.ToUnixTimeMilliseconds());
    }

    public void Null(string name) => Element(BsonType.Null, name);

    /// <summary>An element whose value is a finished document or array.</summary>
    public void Field(string name, ReadOnlySpan<byte> document, bool isArray = false)
    {
        Element(isArray ? BsonType.Array : BsonType.Document, name);
        Bytes(document);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _count = 0;
    }

    private Span<byte> Take(int size)
    {
        Reserve(size);
        _count += size;
        return _buffer.AsSpan(_count - size, size);
    }

    private void Reserve(int size)
    {
        if (_buffer.Length - _count >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + size, 2 * _buffer.Length));
        _buffer.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

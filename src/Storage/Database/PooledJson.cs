using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Storage.Database;

/// <summary>
/// A document as JSON in a buffer from the pool: a flood of log pages must not become a flood of garbage. Text stays as it
/// is instead of being escaped, which for other alphabets than the Latin one is a third of the size.
/// </summary>
internal sealed class PooledJson(int capacity = 4096) : IBufferWriter<byte>
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a JSON string can't hold as it is (RFC 8259, section 7).</summary>
    private static readonly SearchValues<byte> Escaped = SearchValues.Create([.. Enumerable.Range(0, ' ').Select(code => (byte)code), (byte)'"', (byte)'\\']);

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(capacity);
    private int _count;

    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _count);

    public static PooledJson Of<T>(T document, JsonTypeInfo<T> type)
    {
        var json = new PooledJson();
        using var writer = new Utf8JsonWriter(json, Unescaped);
        JsonSerializer.Serialize(writer, document, type);
        return json;
    }

    /// <summary>Adds a JSON string.</summary>
    /// <param name="text">Valid UTF-8.</param>
    public void WriteString(ReadOnlySpan<byte> text)
    {
        this.Write("\""u8);
        while (text.IndexOfAny(Escaped) is >= 0 and var length)
        {
            this.Write(text[..length]);
            WriteEscaped(text[length]);
            text = text[(length + 1)..];
        }
        this.Write(text);
        this.Write("\""u8);
    }

    /// <summary>Gives the buffer back. Only when nobody can read it any more: not after a write that failed or was cancelled.</summary>
    public void Return()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _count = 0;
    }

    public void Advance(int count) => _count += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_count);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_count);
    }

    private void WriteEscaped(byte code)
    {
        switch (code)
        {
            case (byte)'\n':
                this.Write("\\n"u8);
                break;
            case (byte)'"' or (byte)'\\':
                this.Write([(byte)'\\', code]);
                break;
            default:
                Span<byte> escape = stackalloc byte[6];
                "\\u00"u8.CopyTo(escape);
                code.TryFormat(escape[4..], out _, "x2", CultureInfo.InvariantCulture);
                this.Write(escape);
                break;
        }
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (_buffer.Length - _count >= size)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_count + size, 2 * _buffer.Length));
        _buffer.AsSpan(0, _count).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>
/// Documents lent to the driver for a call, where they lie: <c>bson_t</c>s (128 bytes each, aligned to as many) over pinned
/// managed memory.
/// </summary>
internal readonly unsafe ref struct LentBson
{
    private const int Size = 128;

    private readonly byte* _structures;
    private readonly MemoryHandle _pinned;
    private readonly int _count;

    /// <param name="documents">One or more whole documents, one after the other.</param>
    public LentBson(ReadOnlyMemory<byte> documents)
    {
        for (var at = 0; at < documents.Length; at += LengthAt(documents, at))
            _count++;
        _structures = (byte*)NativeMemory.AlignedAlloc((nuint)(Size * _count), Size);
        _pinned = documents.Pin();
        var (offset, i) = (0, 0);
        while (offset < documents.Length)
        {
            var length = LengthAt(documents, offset);
            if (!Libbson.InitStatic((nint)(_structures + Size * i++), (byte*)_pinned.Pointer + offset, (nuint)length))
                throw new ArgumentException("The document's length is not what it says.");
            offset += length;
        }
    }

    public nint Pointer => (nint)_structures;

    public int Count => _count;

    /// <summary>Fills the array with the pointers to all of them.</summary>
    public void Pointers(Span<nint> pointers)
    {
        for (var i = 0; i < _count; i++)
            pointers[i] = (nint)(_structures + Size * i);
    }

    public void Dispose()
    {
        _pinned.Dispose();
        NativeMemory.AlignedFree(_structures);
    }

    private static int LengthAt(ReadOnlyMemory<byte> documents, int offset) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(documents.Span[offset..]) is var length and >= 5 && offset + length <= documents.Length
            ? length
            : throw new ArgumentException("The document's length is not what it says.");
}

/// <summary>A <c>bson_t</c> that the driver fills: the reply of a call.</summary>
internal readonly unsafe ref struct ReplyBson
{
    private readonly byte* _structure;

    public ReplyBson()
    {
        _structure = (byte*)NativeMemory.AlignedAlloc(128, 128);
        Libbson.Init((nint)_structure);
    }

    public nint Pointer => (nint)_structure;

    public ReadOnlySpan<byte> Document => At(Pointer);

    /// <summary>The bytes of a document of the driver's, valid until the driver frees or changes it.</summary>
    public static ReadOnlySpan<byte> At(nint bson)
    {
        var data = Libbson.Data(bson);
        return new(data, Unsafe.ReadUnaligned<int>(data));
    }

    public void Dispose()
    {
        Libbson.Destroy((nint)_structure);
        NativeMemory.AlignedFree(_structure);
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo.Bson;

/// <summary>Decimal numbers of 128 bits between their 16 bytes and their text, by the driver's own functions.</summary>
internal static unsafe class Decimal128
{
    // BSON_DECIMAL128_STRING
    private const int LongestText = 43;

    public static string Text(ReadOnlySpan<byte> value)
    {
        var (low, high) = (MemoryMarshal.Read<ulong>(value), MemoryMarshal.Read<ulong>(value[8..]));
        var number = stackalloc ulong[2] { low, high };
        var text = stackalloc byte[LongestText + 1];
        Libbson.DecimalToText(number, text);
        return Encoding.ASCII.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
    }

    /// <summary>False: the text is no such number.</summary>
    public static bool TryParse(string text, Span<byte> value)
    {
        var number = stackalloc ulong[2];
        if (!Libbson.DecimalFromText(text, number))
            return false;
        MemoryMarshal.Write(value, number[0]);
        MemoryMarshal.Write(value[8..], number[1]);
        return true;
    }
}

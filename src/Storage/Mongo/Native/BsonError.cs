using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>The driver's <c>bson_error_t</c>.</summary>
[StructLayout(LayoutKind.Sequential, Size = 512)]
internal unsafe struct BsonError
{
    /// <summary>Which part of the driver it comes from; see <see cref="MongoErrors"/>.</summary>
    public uint Domain;

    public uint Code;

    private fixed byte _message[504];

    public readonly string Message
    {
        get
        {
            fixed (byte* message = _message)
                return Marshal.PtrToStringUTF8((nint)message) ?? "";
        }
    }
}

using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>What we use of libbson (https://mongoc.org/libbson/current/): a C <c>bool</c> is one byte.</summary>
internal static unsafe partial class Libbson
{
    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_init")]
    public static partial void Init(nint bson);

    /// <summary>Borrows the bytes: they stay where they are until the structure isn't used any more.</summary>
    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_init_static")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool InitStatic(nint bson, byte* data, nuint length);

    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_destroy")]
    public static partial void Destroy(nint bson);

    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_get_data")]
    public static partial byte* Data(nint bson);

    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_decimal128_to_string")]
    public static partial void DecimalToText(ulong* number, byte* text);

    [LibraryImport(MongoLibrary.Bson, EntryPoint = "bson_decimal128_from_string", StringMarshalling = StringMarshalling.Utf8)]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool DecimalFromText(string text, ulong* number);
}

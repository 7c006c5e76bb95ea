using System.Reflection;
using System.Runtime.InteropServices;
using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>MongoDB's C driver: finds the library, and starts it once in the process. It is never stopped, because other databases may still be open.</summary>
internal static class MongoLibrary
{
    public const string Driver = "mongoc";
    public const string Bson = "bson";

    // The 1.x of Debian 12 and 13, Ubuntu 22.04 and 24.04, and the 2.x of newer ones. Both libraries must be of the same major version.
    private static readonly (string Driver, string Bson)[] Names =
        [("libmongoc-1.0.so.0", "libbson-1.0.so.0"), ("libmongoc2.so.2", "libbson2.so.2")];

    private static readonly Lazy<(nint Driver, nint Bson)> Loaded = new(Load);
    private static readonly Lazy<string> Started = new(StartOnce);

    /// <summary>Loads and starts the driver. Returns its version.</summary>
    /// <exception cref="DatabaseException">It isn't installed.</exception>
    public static string Start() => Started.Value;

    private static string StartOnce()
    {
        NativeLibrary.SetDllImportResolver(typeof(MongoLibrary).Assembly, Resolve);
        _ = Loaded.Value;
        DriverLog.Attach(); // before the start, which may have something to say
        Libmongoc.Init();
        return Libmongoc.Version();
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) => name switch
    {
        Driver => Loaded.Value.Driver,
        Bson => Loaded.Value.Bson,
        _ => 0, // as if there were no resolver
    };

    private static (nint Driver, nint Bson) Load()
    {
        foreach (var (driver, bson) in Names)
        {
            if (NativeLibrary.TryLoad(driver, out var driverHandle) && NativeLibrary.TryLoad(bson, out var bsonHandle))
                return (driverHandle, bsonHandle);
        }
        throw new DatabaseException(
            "MongoDB's C driver, libmongoc, is not installed on this machine. Install its package: libmongoc-1.0-0 (Debian 12, Ubuntu 22.04), "
            + "libmongoc-1.0-0t64 (Debian 13, Ubuntu 24.04) or libmongoc2-2 (newer ones).");
    }
}

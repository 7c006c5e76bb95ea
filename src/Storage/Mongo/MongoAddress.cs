using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo;

/// <summary>A connection string, read by the driver, with what we need in any case: majority writes, reads from the primary, and limits.</summary>
internal static unsafe partial class MongoAddress
{
    /// <summary>Connections at once, unless the address says another number: each has a thread of ours.</summary>
    private const int DefaultConnections = 32;

    /// <summary>More than these, and a call of a server that hangs is noticed too late.</summary>
    private static readonly (string Option, TimeSpan Limit)[] Limits =
    [
        ("serverSelectionTimeoutMS", TimeSpan.FromSeconds(5)),
        ("connectTimeoutMS", TimeSpan.FromSeconds(5)),
        ("socketTimeoutMS", TimeSpan.FromSeconds(60)),
        ("waitQueueTimeoutMS", TimeSpan.FromSeconds(10)),
    ];

    /// <exception cref="DatabaseException">The address can't be used.</exception>
    public static UriHandle Read(MongoOptions options)
    {
        var uri = Libmongoc.NewUri(options.Address, out var error);
        if (uri.IsInvalid)
            throw new DatabaseException($"The database's address '{options}' can't be read: {error.Message}. It is like mongodb://HOST1,HOST2/DATABASE?replicaSet=NAME.");
        if (options.User is { } user)
            Libmongoc.SetUser(uri, user);
        if (options.Password is { } password)
            Libmongoc.SetPassword(uri, password);
        if (!Libmongoc.HasOption(uri, "appName"))
            Libmongoc.SetAppName(uri, "twinrunner");
        foreach (var (option, limit) in Limits)
        {
            if (!Libmongoc.HasOption(uri, option))
                Libmongoc.SetOption(uri, option, (int)limit.TotalMilliseconds);
        }
        SetConcerns(uri);
        return uri;
    }

    public static string Database(UriHandle uri) =>
        Marshal.PtrToStringUTF8((nint)Libmongoc.UriDatabase(uri)) is { Length: > 0 } name ? name : MongoOptions.DefaultDatabase;

    /// <summary>Connections that calls may have at once. The pool gets one more, for the change stream.</summary>
    public static int SetConnections(UriHandle uri)
    {
        var most = Math.Clamp(Libmongoc.GetOption(uri, "maxPoolSize", DefaultConnections), 1, 1000);
        Libmongoc.SetOption(uri, "maxPoolSize", most + 1);
        return most;
    }

    public static string WithoutPassword(string address) => CredentialsPattern().Replace(address, "//");

    /// <summary>Whatever the address says: a write that we acknowledge outlives the primary, and what decides something is read from it.</summary>
    private static void SetConcerns(UriHandle uri)
    {
        var concern = Libmongoc.NewWriteConcern();
        Libmongoc.SetMajority(concern, 30_000);
        Libmongoc.SetWriteConcern(uri, concern);
        Libmongoc.DestroyWriteConcern(concern);
        var preference = Libmongoc.NewReadPreference(Libmongoc.ReadPrimary);
        Libmongoc.SetReadPreference(uri, preference);
        Libmongoc.DestroyReadPreference(preference);
    }

    // Up to the last @: a password that wasn't percent-encoded may hold one.
    [GeneratedRegex("//.*@")]
    private static partial Regex CredentialsPattern();
}

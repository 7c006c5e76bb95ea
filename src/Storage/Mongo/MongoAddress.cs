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
        var uri = Libmongoc.NewUri(WithLogin(options), out var error);
        if (uri.IsInvalid)
            throw new DatabaseException($"The database's address '{options}' can't be read: {error.Message}. It is like mongodb://HOST1,HOST2/DATABASE?replicaSet=NAME.");
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

    /// <summary>The address with the login that is given apart. It is put in before the driver reads it, which wants a user for some ways to log in.</summary>
    public static string WithLogin(MongoOptions options)
    {
        var start = options.Address.IndexOf("//", StringComparison.Ordinal) + 2;
        if ((options.User ?? options.Password) is null || start < 2)
            return options.Address;
        var end = options.Address.LastIndexOf('@') + 1;
        var inside = end > start ? options.Address[start..(end - 1)].Split(':', 2) : [];
        var user = options.User is { } name ? Uri.EscapeDataString(name) : inside is [var given, ..] ? given : "";
        var password = options.Password is { } secret ? Uri.EscapeDataString(secret) : inside is [_, var kept] ? kept : null;
        return $"{options.Address[..start]}{user}{(password is null ? "" : ":" + password)}@{options.Address[Math.Max(start, end)..]}";
    }

    public static string WithoutPassword(string address) => SecretPattern().Replace(address, "");

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

    // Up to the last @: a password that wasn't percent-encoded may hold one. And what opens the key of a certificate.
    [GeneratedRegex("(?<=//).*@|(?<=Password=)[^&]*", RegexOptions.IgnoreCase)]
    private static partial Regex SecretPattern();
}

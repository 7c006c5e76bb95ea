using System.Text.RegularExpressions;

namespace Twinrunner.Registry.Sources;

/// <summary>
/// One text for all addresses of a repository, so that a webhook, an ssh and an https address mean the same one: <c>host/path</c> in
/// lower-case host, without user, scheme, default port and <c>.git</c>. A local path is its own key.
/// </summary>
internal static partial class RepositoryKey
{
    public static string Of(string address)
    {
        address = address.Trim();
        if (Path.IsPathFullyQualified(address))
            return Path.TrimEndingDirectorySeparator(address);
        if (Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri is { Scheme: "https" or "http" or "ssh" or "git", Host.Length: > 0 })
            return Of(Host(uri), Uri.UnescapeDataString(uri.AbsolutePath));
        return ScpForm().Match(address) is { Success: true } scp ? Of(scp.Groups["host"].Value, scp.Groups["path"].Value) : address;
    }

    /// <summary>Both are below the same first part of the path at the same host.</summary>
    public static bool HaveSameOwner(string address, string other) =>
        Of(address).Split('/') is [var host, var owner, _, ..] && Of(other).Split('/') is [var otherHost, var otherOwner, _, ..] && (host, owner) == (otherHost, otherOwner);

    private static string Of(string host, string path)
    {
        host = host.ToLowerInvariant();
        path = path.Trim('/');
        if (path.EndsWith(".git", StringComparison.OrdinalIgnoreCase))
            path = path[..^4];
        return $"{host}/{(IgnoresCase(host) ? path.ToLowerInvariant() : path)}";
    }

    /// <summary>Hosts that are known to take owner and name in any case; elsewhere the case may make a difference.</summary>
    private static bool IgnoresCase(string host) => host is "github.com" or "gitlab.com" or "bitbucket.org" or "codeberg.org";

    private static string Host(Uri uri) => (uri.Scheme, uri.Port) switch
    {
        ("ssh", 22 or -1) or ("git", 9418 or -1) => uri.Host,
        _ when uri.IsDefaultPort => uri.Host,
        _ => $"{uri.Host}:{uri.Port}",
    };

    /// <summary><c>user@host:path</c>, as ssh's copy command writes it.</summary>
    [GeneratedRegex(@"^(?:[A-Za-z0-9_][\w.-]*@)?(?<host>[A-Za-z0-9][\w.-]*):(?<path>[^:].*)$")]
    private static partial Regex ScpForm();
}

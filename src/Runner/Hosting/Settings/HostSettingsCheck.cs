using System.Net;
using System.Text;

namespace Twinrunner.Runner.Hosting;

/// <summary>Faults of settings that each are readable, but can't be used.</summary>
internal static class HostSettingsCheck
{
    // sun_path of sockaddr_un, without its final zero.
    private const int LongestSocketPath = 107;

    public static IEnumerable<string> Faults(HostSettings settings)
    {
        if (settings.Urls.Count == 0)
            yield return "listen is empty: a server needs an address";
        foreach (var url in settings.Urls)
        {
            if (Fault(url, settings.Token) is { } fault)
                yield return fault;
        }
        if (settings.Database is null && (settings.DatabaseUser ?? settings.DatabasePassword) is not null)
            yield return "databaseUser or databasePassword is given, but no database: the embedded one has no users";
        foreach (var fault in settings.Executor == "kubernetes" ? settings.Kubernetes.Faults() : [])
            yield return fault;
        foreach (var host in settings.AllowedHosts)
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
                yield return $"'{host}' in allowedHosts is no host name (write it without scheme and port)";
        }
        foreach (var fault in settings.S3.Faults())
            yield return fault;
    }

    private static string? Fault(string url, string? token)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "unix"))
        {
            return uri?.Scheme == "https"
                ? $"can't listen on {url}: put a server that ends TLS in front of this one, and listen on http:// behind it"
                : $"can't listen on '{url}': write http://127.0.0.1:7466 or unix:///path/of/socket";
        }
        if (uri.Scheme == "unix")
        {
            return Encoding.UTF8.GetByteCount(uri.LocalPath) > LongestSocketPath
                ? $"can't listen on {url}: a socket's path has at most {LongestSocketPath} bytes"
                : null;
        }
        if (uri.PathAndQuery != "/" || uri.UserInfo != "")
            return $"can't listen on {url}: only scheme, address and port may be given";
        if (!IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address))
        {
            return uri.Host == "localhost"
                ? null
                : $"can't listen on {url}: '{uri.Host}' is no address of this machine (127.0.0.1, [::1], 0.0.0.0 …)";
        }
        if (!IPAddress.IsLoopback(address) && token is null)
        {
            return $"listening on {url} without authentication would let everybody who reaches this machine run containers on it: "
                + "give a token (--token-file FILE or TWIN_API_TOKEN), or listen on 127.0.0.1";
        }
        return null;
    }
}

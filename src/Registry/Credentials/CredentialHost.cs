namespace Twinrunner.Registry.Credentials;

/// <summary>Hosts as credentials name them: lower-case, with a port where one is written, and Docker Hub under one name.</summary>
internal static class CredentialHost
{
    public const string DockerHub = "docker.io";

    /// <summary>Null: that is no host.</summary>
    public static string? Normalize(string host)
    {
        var text = host.Trim().ToLowerInvariant();
        if (text is "index.docker.io" or "registry-1.docker.io" or "hub.docker.com")
            return DockerHub;
        var colon = text.LastIndexOf(':');
        var hasPort = colon > text.LastIndexOf(']');
        var name = hasPort ? text[..colon] : text;
        if (hasPort && (!ushort.TryParse(text[(colon + 1)..], out var port) || port == 0))
            return null;
        return text.Length <= 260 && Uri.CheckHostName(name) is UriHostNameType.Dns or UriHostNameType.IPv4 || IsIPv6(name) ? text : null;
    }

    private static bool IsIPv6(string name) => name is ['[', .., ']'] && Uri.CheckHostName(name) == UriHostNameType.IPv6;
}

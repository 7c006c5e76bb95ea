using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Twinrunner.Registry.GitHub;

/// <summary>A repository on github.com or a GitHub Enterprise server. Two addresses are the same in whatever case they are written, as they are to GitHub.</summary>
/// <param name="Host">As in its web address, lower-case, with a port that isn't the usual one.</param>
public sealed partial record GitHubRepository(string Host, string Owner, string Name)
{
    public string FullName => $"{Owner}/{Name}";

    /// <summary>Reads what people copy from GitHub: <c>https://</c>, <c>ssh://</c>, <c>git://</c> or <c>git@host:owner/name</c>, with or without <c>.git</c> and slashes at the end.</summary>
    /// <param name="hosts">Hosts that are GitHub's. An address elsewhere is not refused, it is just no repository of GitHub.</param>
    public static bool TryParse(string address, IEnumerable<string> hosts, [NotNullWhen(true)] out GitHubRepository? repository)
    {
        repository = Split(address.Trim()) is var (host, path)
            && hosts.FirstOrDefault(known => Same(known, host)) is { } found
            && PathForm().Match(path) is { Success: true } match
            && TryCreate(found.ToLowerInvariant(), match.Groups["owner"].Value, match.Groups["name"].Value, out var created)
                ? created
                : null;
        return repository is not null;
    }

    /// <summary>From GitHub's own <c>full_name</c>.</summary>
    public static bool TryParseFullName(string host, string fullName, [NotNullWhen(true)] out GitHubRepository? repository)
    {
        repository = null;
        return fullName.Split('/') is [var owner, var name] && TryCreate(host, owner, name, out repository);
    }

    public bool Equals(GitHubRepository? other) =>
        other is not null
        && Host.Equals(other.Host, StringComparison.OrdinalIgnoreCase)
        && FullName.Equals(other.FullName, StringComparison.OrdinalIgnoreCase);

    public override int GetHashCode() =>
        HashCode.Combine(Host.GetHashCode(StringComparison.OrdinalIgnoreCase), FullName.GetHashCode(StringComparison.OrdinalIgnoreCase));

    /// <summary>Its web address, under which git finds it, too.</summary>
    public override string ToString() => $"https://{Host}/{FullName}";

    private static bool TryCreate(string host, string owner, string name, [NotNullWhen(true)] out GitHubRepository? repository)
    {
        repository = OwnerForm().IsMatch(owner) && NameForm().IsMatch(name) && name is not ("." or "..") ? new(host, owner, name) : null;
        return repository is not null;
    }

    private static (string Host, string Path)? Split(string address)
    {
        if (ScpForm().Match(address) is { Success: true } scp)
            return (scp.Groups["host"].Value, scp.Groups["path"].Value);
        // A path of a local repository is absolute, but no URL of a host.
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.UserInfo.Contains(':', StringComparison.Ordinal))
            return null;
        return uri.Scheme switch
        {
            "https" or "http" when uri.Query.Length == 0 && uri.Fragment.Length == 0 => (uri.Authority[(uri.Authority.IndexOf('@') + 1)..], uri.AbsolutePath),
            "ssh" or "git" => (uri.Host, uri.AbsolutePath),
            _ => null,
        };
    }

    // GitHub answers under these names as well; ssh. is for networks that let nothing but port 443 through.
    private static bool Same(string known, string host) =>
        known.Equals(host, StringComparison.OrdinalIgnoreCase)
        || host.Equals($"www.{known}", StringComparison.OrdinalIgnoreCase)
        || host.Equals($"ssh.{known}", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\A/*(?<owner>[^/]+)/(?<name>[^/]+?)(?:\.git)?/*\z")]
    private static partial Regex PathForm();

    /// <summary>Managed users of enterprises have an underscore in their names.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,99}\z")]
    private static partial Regex OwnerForm();

    [GeneratedRegex(@"\A[A-Za-z0-9._-]{1,100}\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][\w.-]*@(?<host>[A-Za-z0-9][\w.-]*):(?<path>[^:]+)\z")]
    private static partial Regex ScpForm();
}

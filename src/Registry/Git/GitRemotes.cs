using System.Net;
using System.Net.Sockets;
using System.Text;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.GitHub;
using Twinrunner.Registry.Hosts;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Git;

/// <summary>Checks where an address leads before git connects, ties git to the addresses that were checked, and finds the login.</summary>
internal sealed class GitRemotes(HostPolicy hosts, CredentialService credentials, GitHubAccess gitHub, RegistryOptions options)
{
    /// <param name="parent">The repository that named the address as its submodule's; null: a user named it. A repository's authors can't lend themselves a login that is for others.</param>
    /// <exception cref="SourceException">The host may not be talked to, or isn't known.</exception>
    public async Task<GitRemote> OpenAsync(string address, string? parent, CancellationToken cancellationToken)
    {
        if (Path.IsPathFullyQualified(address))
            return options.LocalSources ? GitRemote.Local(address) : throw SourceAddress.LocalRefused();
        var uri = SourceAddress.ToUri(address);
        var found = await hosts.ResolveAsync(uri, cancellationToken);
        return uri.Scheme switch
        {
            "ssh" => new(address, "ssh", new Dictionary<string, string>(), SshTo(uri, found)),
            "git" => new(address, "git", Rewritten(uri, found)),
            _ => new(address, uri.Scheme, await HttpAsync(uri, found, parent is null || RepositoryKey.HaveSameOwner(address, parent), cancellationToken)),
        };
    }

    private async Task<Dictionary<string, string>> HttpAsync(Uri uri, IReadOnlyList<IPAddress> found, bool mayLogIn, CancellationToken cancellationToken)
    {
        var configuration = new Dictionary<string, string>();
        if (found.Count > 0)
            configuration["http.curloptResolve"] = $"{uri.Host.Trim('[', ']')}:{uri.Port}:{string.Join(',', found)}";
        if (options.GitCaFile is { } authorities)
            configuration["http.sslCAInfo"] = authorities;
        // A login over plain http could be read on its way.
        if (mayLogIn && uri.Scheme == "https" && await FindCredentialAsync(uri, cancellationToken) is { } credential)
            configuration[$"http.https://{uri.Authority}/.extraHeader"] = $"Authorization: Basic {Basic(credential)}";
        return configuration;
    }

    private async Task<Credential?> FindCredentialAsync(Uri uri, CancellationToken cancellationToken)
    {
        var owner = uri.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries) is [var first, _, ..] ? first : null;
        if (await credentials.FindAsync(CredentialKind.Git, uri.Authority, owner, cancellationToken) is { } credential)
            return credential;
        return GitHubRepository.TryParse(uri.ToString(), options.GitHubApi.Keys, out var repository)
            && await gitHub.FindTokenAsync(repository, cancellationToken) is { } token
                ? new(null, token)
                : null;
    }

    private static string Basic(Credential credential) =>
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName ?? "x-access-token"}:{credential.Secret.Trim()}"));

    /// <summary>git's own protocol names no host inside that we would lose: the address takes its place.</summary>
    private static Dictionary<string, string> Rewritten(Uri uri, IReadOnlyList<IPAddress> found) =>
        new() { [$"url.git://{Literal(found[0])}:{(uri.Port > 0 ? uri.Port : 9418)}/.insteadOf"] = $"git://{uri.Authority}/" };

    /// <summary>The key of the host is looked up under its name all the same.</summary>
    private static string SshTo(Uri uri, IReadOnlyList<IPAddress> found) =>
        $" -oHostName={found[0]} -oHostKeyAlias={(uri.Port is -1 or 22 ? uri.IdnHost : $"[{uri.IdnHost}]:{uri.Port}")}";

    private static string Literal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}

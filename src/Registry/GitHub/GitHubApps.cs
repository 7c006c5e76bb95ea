using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Credentials;

namespace Twinrunner.Registry.GitHub;

/// <summary>
/// Installation tokens of GitHub Apps ("Authenticating as a GitHub App installation"): the App's key signs a statement of a few
/// minutes, for which GitHub gives a token of an hour that is good for the repositories in which the App was installed.
/// </summary>
internal sealed class GitHubApps(GitHubHttp http, TimeProvider time) : IDisposable
{
    /// <summary>GitHub takes no more than ten; one of them is for clocks that differ.</summary>
    private static readonly TimeSpan StatementLife = TimeSpan.FromMinutes(9), ClockSkew = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, InstallationToken> _tokens = new(StringComparer.Ordinal);
    private readonly KeyedGate _gate = new();

    public static bool IsKey(Credential credential) => credential.Secret.Contains("-----BEGIN", StringComparison.Ordinal);

    public void Dispose() => _gate.Dispose();

    public async Task<(GitHubIdentity? Identity, GitHubAnswer? Failure)> FindAsync(
        Uri api, GitHubRepository repository, Credential app, CancellationToken cancellationToken)
    {
        var key = $"{repository.Host}/{repository.Owner}/{app.UserName}".ToLowerInvariant();
        using var turn = await _gate.EnterAsync(key, cancellationToken);
        if (_tokens.TryGetValue(key, out var known) && known.ExpiresAt - time.GetUtcNow() > RenewBefore)
            return (known.Identity, null);
        var (identity, refused) = Sign(repository.Host, app);
        if (identity is null)
            return (null, refused);
        var (token, failure) = await RequestAsync(api, repository, identity, cancellationToken);
        if (failure is GitHubAnswer.Gone)
            return (GitHubIdentity.Anonymous with { Hint = $"The GitHub App {app.UserName} is not installed for it: install it at {repository.Owner}, or store a token" }, null);
        if (token is null)
            return (null, failure);
        _tokens[key] = token;
        return (token.Identity, null);
    }

    /// <summary>A token was refused before its time: the App was taken out, or the token revoked.</summary>
    public void Forget(GitHubIdentity identity)
    {
        foreach (var (key, token) in _tokens)
            if (token.Identity == identity)
                _tokens.TryRemove(new(key, token));
    }

    /// <summary>The App itself, for a few minutes.</summary>
    public (GitHubIdentity? Identity, GitHubAnswer? Failure) Sign(string host, Credential app)
    {
        if (app.UserName is not { } appId)
            return (null, new GitHubAnswer.Refused($"The GitHub App's key has no App id: store it with twin credential set github {host} --user APP_ID."));
        return TrySign(appId, app.Secret) is { } statement
            ? (new($"app-{appId}", statement) { IsApp = true }, null)
            : (null, new GitHubAnswer.Refused($"The key of the GitHub App {appId} can't be read: store the .pem file that GitHub gave, whole."));
    }

    private async Task<(InstallationToken? Token, GitHubAnswer? Failure)> RequestAsync(
        Uri api, GitHubRepository repository, GitHubIdentity app, CancellationToken cancellationToken)
    {
        var installation = await http.SendAsync(
            new(repository.Host, new Uri(api, $"repos/{repository.FullName}/installation"), app), GitHubJson.Default.InstallationRecord, cancellationToken);
        if (!installation.HasValue)
            return (null, installation.Failure);
        var token = await http.SendAsync(
            new(repository.Host, new Uri(api, $"app/installations/{installation.Value.Id}/access_tokens"), app) { Method = HttpMethod.Post },
            GitHubJson.Default.InstallationTokenRecord, cancellationToken);
        return token.HasValue
            ? (new(new($"installation-{installation.Value.Id}", token.Value.Token), token.Value.ExpiresAt), null)
            : (null, token.Failure);
    }

    /// <summary>A JSON Web Token (RFC 7519) with RS256. Null: the key is none.</summary>
    private string? TrySign(string appId, string pem)
    {
        var now = time.GetUtcNow();
        var claims = $$"""{"iat":{{(now - ClockSkew).ToUnixTimeSeconds()}},"exp":{{(now + StatementLife).ToUnixTimeSeconds()}},"iss":"{{JsonEncodedText.Encode(appId)}}"}""";
        var signed = $"{Encode("""{"alg":"RS256","typ":"JWT"}""")}.{Encode(claims)}";
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return $"{signed}.{Base64Url.EncodeToString(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private sealed record InstallationToken(GitHubIdentity Identity, DateTimeOffset ExpiresAt);
}

using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.Registry.GitHub;

/// <summary>As whom a request is sent. It tells nothing of its token.</summary>
/// <param name="Name">Tells identities apart in metrics and messages, and has a quota of its own.</param>
/// <param name="Hint">What to add when a repository isn't found; null: nothing.</param>
internal sealed record GitHubIdentity(string Name, string? Token, string? Hint = null)
{
    public static GitHubIdentity Anonymous { get; } = new("anonymous", null, "A private repository needs a token");

    public bool IsAnonymous => Token is null;

    /// <summary>The App itself, which may read no repository: its installations do.</summary>
    public bool IsApp { get; init; }

    /// <summary>Tokens can't be guessed, so eight digits of the hash give nothing away.</summary>
    public static GitHubIdentity OfToken(string token) =>
        new($"token-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)))[..8]}", token);

    public override string ToString() => Name;
}

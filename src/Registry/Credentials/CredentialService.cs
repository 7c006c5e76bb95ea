using System.Text;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Credentials;

/// <summary>Logins of git hosts and image registries. They are stored encrypted and leave this class only towards their host.</summary>
public sealed class CredentialService(CredentialStore store, EventStore events, SecretKey key, TimeProvider time)
{
    /// <summary>Docker Hub's host, in whatever way it was written.</summary>
    public const string DockerHub = CredentialHost.DockerHub;

    /// <summary>A GitHub App's key has about 1,700 bytes, an identity token a few thousand.</summary>
    public const int MaxSecretBytes = 32 << 10;

    private const int MaxName = 255;
    private const int MostImageRegistries = 1000;

    /// <summary>What is wrong with it, without telling the secret; null: nothing.</summary>
    public static string? Fault(CredentialKind kind, string host, string? owner, string? userName, string secret)
    {
        if (CredentialHost.Normalize(host) is null)
            return $"'{host}' is no host: write a name like ghcr.io, with a port where it needs one (registry.example.org:5000), without https://.";
        if (owner is { Length: 0 or > MaxName } || owner?.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) == true)
            return $"An owner has 1 to {MaxName} characters and no spaces.";
        if (userName is { Length: 0 or > MaxName } || userName?.Any(c => char.IsControl(c) || c == ':') == true)
            return $"A user name has 1 to {MaxName} characters and neither ':' nor control characters.";
        if (kind == CredentialKind.ImageRegistry && userName is null)
            return "Image registries want a user name beside the password or token.";
        if (secret.Length == 0)
            return "The secret is empty.";
        if (Encoding.UTF8.GetByteCount(secret) > MaxSecretBytes)
            return $"The secret has more than {MaxSecretBytes:N0} bytes.";
        return kind == CredentialKind.ImageRegistry && secret.Any(char.IsControl) ? "A password or token of an image registry has no line breaks or other control characters." : null;
    }

    /// <summary>Stores the login, or replaces the one of that kind, host and owner.</summary>
    /// <param name="owner">Owner of the repositories that it is for; null: those of every owner at the host.</param>
    public async Task<StoredCredential> SetAsync(
        CredentialKind kind, string host, string? owner, string? userName, string secret, CancellationToken cancellationToken)
    {
        if (Fault(kind, host, owner, userName, secret) is { } fault)
            throw new ArgumentException(fault, nameof(host));
        var now = time.GetUtcNow();
        var (atHost, ofOwner) = (CredentialHost.Normalize(host)!, Normalize(owner));
        var saved = await store.SaveAsync(
            new()
            {
                Id = Id<StoredCredential>.New(time),
                Kind = kind,
                Host = atHost,
                Owner = ofOwner,
                UserName = userName,
                Encrypted = key.Encrypt(Title(kind, atHost, ofOwner), secret),
                CreatedAt = now,
                UpdatedAt = now,
            },
            cancellationToken);
        await TellAsync("credential.set", saved, cancellationToken);
        return saved;
    }

    /// <summary>A page of what there is, newest first. The documents hold no readable secret.</summary>
    public Task<IReadOnlyList<StoredCredential>> ListAsync(Id<StoredCredential>? before, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(before, limit, cancellationToken);

    /// <summary>False: there was none.</summary>
    public async Task<bool> DeleteAsync(Id<StoredCredential> id, CancellationToken cancellationToken)
    {
        if (await store.GetAsync(id, cancellationToken) is not { } stored || !await store.DeleteAsync(id, cancellationToken))
            return false;
        await TellAsync("credential.deleted", stored, cancellationToken);
        return true;
    }

    /// <summary>The owner's login, else the host's; null: there is neither.</summary>
    /// <exception cref="SecretKeyException">It was stored under another key.</exception>
    public async ValueTask<Credential?> FindAsync(CredentialKind kind, string host, string? owner, CancellationToken cancellationToken)
    {
        if (CredentialHost.Normalize(host) is not { } atHost)
            return null;
        var stored = owner is null ? null : await store.FindAsync(kind, atHost, Normalize(owner), cancellationToken);
        stored ??= await store.FindAsync(kind, atHost, "", cancellationToken);
        return stored is null ? null : Open(stored);
    }

    /// <summary>Every image registry with its login: the host's, else one of its owners'.</summary>
    /// <exception cref="SecretKeyException">One was stored under another key.</exception>
    public async Task<IReadOnlyDictionary<string, Credential>> ImageRegistriesAsync(CancellationToken cancellationToken)
    {
        var stored = await store.FindAsync(CredentialKind.ImageRegistry, MostImageRegistries, cancellationToken);
        return stored.GroupBy(credential => credential.Host).ToDictionary(host => host.Key, host => Open(host.OrderBy(credential => credential.Owner, StringComparer.Ordinal).First()));
    }

    private Credential Open(StoredCredential stored) =>
        new(stored.UserName, key.Decrypt(Title(stored.Kind, stored.Host, stored.Owner), stored.Encrypted));

    private Task TellAsync(string type, StoredCredential credential, CancellationToken cancellationToken) => events.AppendAsync(
        new ExecutionEvent { Id = default, At = time.GetUtcNow(), Type = type, Message = Title(credential.Kind, credential.Host, credential.Owner) },
        cancellationToken);

    private static string Normalize(string? owner) => owner?.ToLowerInvariant() ?? "";

    /// <summary>Bound to the encrypted value: it can't be passed off as another host's. No secret of a step has such a name, with spaces.</summary>
    private static string Title(CredentialKind kind, string host, string owner) =>
        $"{kind} credential of {host}{(owner.Length > 0 ? "/" + owner : "")}";
}

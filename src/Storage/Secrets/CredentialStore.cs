using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Secrets;

/// <summary>Encrypted logins by kind, host and owner. It knows no key and never sees a value.</summary>
public sealed class CredentialStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<StoredCredential> _credentials = new(database, "credentials", DocumentJson.Default.StoredCredential);

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _credentials.EnsureIndexAsync(new("by_host", ["kind", "host", "owner"], Unique: true), cancellationToken);

    /// <summary>Stores the credential, or gives the one of that kind, host and owner the new value; its id and creation time stay.</summary>
    public Task<StoredCredential> SaveAsync(StoredCredential credential, CancellationToken cancellationToken) => _credentials.SaveAsync(
        credential,
        Of(credential.Kind, credential.Host, credential.Owner),
        stored => stored with { UserName = credential.UserName, Encrypted = credential.Encrypted, UpdatedAt = credential.UpdatedAt },
        cancellationToken);

    /// <param name="owner">Empty: the one for every owner at the host.</param>
    public Task<StoredCredential?> FindAsync(CredentialKind kind, string host, string owner, CancellationToken cancellationToken) =>
        _credentials.FindOneAsync(Of(kind, host, owner), [], cancellationToken);

    public Task<StoredCredential?> GetAsync(Id<StoredCredential> id, CancellationToken cancellationToken) => _credentials.GetAsync(id, cancellationToken);

    /// <summary>A page of all credentials, newest first.</summary>
    public Task<IReadOnlyList<StoredCredential>> ListAsync(Id<StoredCredential>? before, int limit, CancellationToken cancellationToken) =>
        _credentials.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Those of one kind, newest first.</summary>
    public Task<IReadOnlyList<StoredCredential>> FindAsync(CredentialKind kind, int limit, CancellationToken cancellationToken) =>
        _credentials.NewestAsync(Filter.Equal("kind", kind.ToString()), null, limit, cancellationToken);

    /// <summary>False: there was none.</summary>
    public async Task<bool> DeleteAsync(Id<StoredCredential> id, CancellationToken cancellationToken) =>
        await _credentials.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;

    private static Filter Of(CredentialKind kind, string host, string owner) =>
        Filter.Every(Filter.Equal("kind", kind.ToString()), Filter.Equal("host", host), Filter.Equal("owner", owner));
}

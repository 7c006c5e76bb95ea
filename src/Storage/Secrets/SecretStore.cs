using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Secrets;

/// <summary>Encrypted values by name. It knows no key and never sees a value.</summary>
public sealed class SecretStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<Secret> _secrets = new(database, "secrets", DocumentJson.Default.Secret);

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _secrets.EnsureIndexAsync(new("by_name", ["name"], Unique: true), cancellationToken);

    /// <summary>Stores the secret, or gives the one of that name the new value; its id and creation time stay.</summary>
    public Task<Secret> SaveAsync(Secret secret, CancellationToken cancellationToken) => _secrets.SaveAsync(
        secret,
        Filter.Equal("name", secret.Name),
        stored => stored with { Encrypted = secret.Encrypted, UpdatedAt = secret.UpdatedAt },
        cancellationToken);

    public Task<Secret?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        _secrets.FindOneAsync(Filter.Equal("name", name), [], cancellationToken);

    /// <summary>Those of the names that are stored, by name.</summary>
    public Task<IReadOnlyList<Secret>> FindByNamesAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken) =>
        _secrets.FindAsync(
            new(Filter.OneOf("name", [.. names.Select(name => (FilterValue)name)])) { Sort = ["name"], Limit = names.Count },
            cancellationToken);

    /// <summary>A page of all secrets, newest first.</summary>
    public Task<IReadOnlyList<Secret>> ListAsync(Id<Secret>? before, int limit, CancellationToken cancellationToken) =>
        _secrets.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>False: there was none of that name.</summary>
    public async Task<bool> DeleteAsync(string name, CancellationToken cancellationToken) =>
        await _secrets.DeleteAsync(Filter.Equal("name", name), cancellationToken).ConfigureAwait(false) > 0;
}

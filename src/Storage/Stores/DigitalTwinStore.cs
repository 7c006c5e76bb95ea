using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Digital twins. A name is unique among those of its owner, as in ODTP.</summary>
public sealed class DigitalTwinStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<DigitalTwin> _twins = new(database, "digitalTwins", DocumentJson.Default.DigitalTwin);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _twins.EnsureIndexAsync(new("by_name", ["name", "userRef"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _twins.EnsureIndexAsync(new("by_user", ["userRef"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: its owner has one of that name.</summary>
    public Task<bool> TryInsertAsync(DigitalTwin twin, CancellationToken cancellationToken) => _twins.TryInsertAsync(twin, cancellationToken);

    public Task<DigitalTwin?> GetAsync(Id<DigitalTwin> id, CancellationToken cancellationToken) => _twins.GetAsync(id, cancellationToken);

    public Task<IReadOnlyList<DigitalTwin>> GetManyAsync(IReadOnlyCollection<Id<DigitalTwin>> ids, CancellationToken cancellationToken) =>
        _twins.GetManyAsync(ids, cancellationToken);

    /// <summary>The owner's twin of that name; without an owner, one that belongs to nobody.</summary>
    public Task<DigitalTwin?> FindByNameAsync(Id<User>? owner, string name, CancellationToken cancellationToken) =>
        _twins.FindOneAsync(Filter.Every(Filter.Equal("name", name), Filter.Equal("userRef", owner is { } user ? FilterValue.Of(user) : FilterValue.Null)), [], cancellationToken);

    /// <summary>A page of the owner's twins, newest first.</summary>
    public Task<IReadOnlyList<DigitalTwin>> FindByUserAsync(Id<User> owner, Id<DigitalTwin>? before, int limit, CancellationToken cancellationToken) =>
        _twins.NewestAsync(Filter.Equal("userRef", FilterValue.Of(owner)), before, limit, cancellationToken);

    /// <summary>A page of all twins, newest first.</summary>
    public Task<IReadOnlyList<DigitalTwin>> ListAsync(Id<DigitalTwin>? before, int limit, CancellationToken cancellationToken) =>
        _twins.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Changes it by compare-and-set; null: there is none, or <paramref name="change"/> refused.</summary>
    public Task<DigitalTwin?> UpdateAsync(Id<DigitalTwin> id, Func<DigitalTwin, DigitalTwin?> change, CancellationToken cancellationToken) =>
        _twins.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<DigitalTwin> id, CancellationToken cancellationToken) =>
        await _twins.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}

using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Lists of repositories that are followed.</summary>
public sealed class ZooStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<Zoo> _zoos = new(database, "zoos", DocumentJson.Default.Zoo);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _zoos.EnsureIndexAsync(new("by_name", ["name"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _zoos.EnsureIndexAsync(new("by_due", ["nextAt"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: the name is another's.</summary>
    public Task<bool> TryInsertAsync(Zoo zoo, CancellationToken cancellationToken) => _zoos.TryInsertAsync(zoo, cancellationToken);

    public Task<Zoo?> GetAsync(Id<Zoo> id, CancellationToken cancellationToken) => _zoos.GetAsync(id, cancellationToken);

    public Task<Zoo?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        _zoos.FindOneAsync(Filter.Equal("name", name), [], cancellationToken);

    /// <summary>A page of all zoos, newest first.</summary>
    public Task<IReadOnlyList<Zoo>> ListAsync(Id<Zoo>? before, int limit, CancellationToken cancellationToken) =>
        _zoos.NewestAsync(Filter.All, before, limit, cancellationToken);

    public Task<IReadOnlyList<Zoo>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _zoos.FindAsync(new(Filter.LessOrEqual("nextAt", now)) { Sort = ["nextAt"], Limit = limit }, cancellationToken);

    /// <summary>Changes it by compare-and-set; null: it is gone.</summary>
    public Task<Zoo?> UpdateAsync(Id<Zoo> id, Func<Zoo, Zoo> change, CancellationToken cancellationToken) => _zoos.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<Zoo> id, CancellationToken cancellationToken) =>
        await _zoos.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}

using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>How far each component is followed, and which are due.</summary>
public sealed class ComponentSyncStore(IDocumentDatabase database, ChangeFeed feed) : IStore
{
    private const int Page = 500;

    private readonly DocumentCollection<ComponentSync> _syncs = new(database, "componentSyncs", DocumentJson.Default.ComponentSync);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _syncs.EnsureIndexAsync(new("by_due", ["nextAt"]), cancellationToken).ConfigureAwait(false);
        await _syncs.EnsureIndexAsync(new("by_repository", ["repositoryKey"]), cancellationToken).ConfigureAwait(false);
    }

    public Task<ComponentSync?> GetAsync(Id<Component> component, CancellationToken cancellationToken) =>
        _syncs.GetAsync(ComponentSync.IdOf(component), cancellationToken);

    public Task<IReadOnlyList<ComponentSync>> GetManyAsync(IReadOnlyCollection<Id<Component>> components, CancellationToken cancellationToken) =>
        _syncs.GetManyAsync([.. components.Select(ComponentSync.IdOf)], cancellationToken);

    /// <summary>False: there is one for that component.</summary>
    public async Task<bool> TryInsertAsync(ComponentSync sync, CancellationToken cancellationToken)
    {
        var inserted = await _syncs.TryInsertAsync(sync, cancellationToken).ConfigureAwait(false);
        if (inserted)
            feed.Signal(ChangeTopic.Syncs);
        return inserted;
    }

    /// <summary>Those whose time has come, the longest due first.</summary>
    public Task<IReadOnlyList<ComponentSync>> FindDueAsync(DateTimeOffset now, int limit, CancellationToken cancellationToken) =>
        _syncs.FindAsync(new(Filter.LessOrEqual("nextAt", now)) { Sort = ["nextAt"], Limit = limit }, cancellationToken);

    /// <summary>All components of a repository, in the order of their ids.</summary>
    public async Task<IReadOnlyList<ComponentSync>> FindByRepositoryAsync(string repositoryKey, CancellationToken cancellationToken)
    {
        List<ComponentSync> found = [];
        while (true)
        {
            var filter = Filter.Equal("repositoryKey", repositoryKey);
            if (found.Count > 0)
                filter = Filter.Every(filter, Filter.Greater("_id", FilterValue.Of(found[^1].Id)));
            var page = await _syncs.FindAsync(new(filter) { Sort = ["_id"], Limit = Page }, cancellationToken).ConfigureAwait(false);
            found.AddRange(page);
            if (page.Count < Page)
                return found;
        }
    }

    /// <summary>Makes the component due now.</summary>
    public Task<ComponentSync?> RequestAsync(Id<Component> component, DateTimeOffset now, CancellationToken cancellationToken) =>
        UpdateAsync(component, sync => sync with { NextAt = now, RequestedAt = now }, cancellationToken);

    /// <summary>Makes all that are followed due now.</summary>
    /// <returns>How many those are.</returns>
    public async Task<int> RequestAllAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (count, after) = (0, (Id<ComponentSync>?)null);
        while (true)
        {
            var filter = Filter.Has("nextAt");
            if (after is { } last)
                filter = Filter.Every(filter, Filter.Greater("_id", FilterValue.Of(last)));
            var page = await _syncs.FindAsync(new(filter) { Sort = ["_id"], Limit = Page }, cancellationToken).ConfigureAwait(false);
            foreach (var sync in page)
                count += await RequestAsync(sync.Component(), now, cancellationToken).ConfigureAwait(false) is null ? 0 : 1;
            if (page.Count < Page)
                return count;
            after = page[^1].Id;
        }
    }

    /// <summary>Changes it by compare-and-set; null: there is none, or <paramref name="change"/> refused.</summary>
    public async Task<ComponentSync?> UpdateAsync(Id<Component> component, Func<ComponentSync, ComponentSync?> change, CancellationToken cancellationToken)
    {
        var changed = await _syncs.UpdateAsync(ComponentSync.IdOf(component), change, cancellationToken).ConfigureAwait(false);
        if (changed is not null)
            feed.Signal(ChangeTopic.Syncs);
        return changed;
    }

    public Task DeleteAsync(Id<Component> component, CancellationToken cancellationToken) =>
        _syncs.DeleteAsync(Filter.Equal("_id", component.Value), cancellationToken);
}

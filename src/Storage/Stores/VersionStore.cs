using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>The catalogue's versions. A tag that moved has several of them, one for each commit; the newest comes first.</summary>
public sealed class VersionStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<ComponentVersion> _versions = new(database, "versions", DocumentJson.Default.ComponentVersion);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _versions.EnsureIndexAsync(new("by_version", ["componentId", "component_version", "commitHash"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _versions.EnsureIndexAsync(new("by_component", ["componentId"]), cancellationToken).ConfigureAwait(false);
        await _versions.EnsureIndexAsync(new("by_commit", ["componentId", "commitHash"]), cancellationToken).ConfigureAwait(false);
        await _versions.EnsureIndexAsync(new("by_name", ["component.componentName", "component_version"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: the component has that version of that commit already.</summary>
    public Task<bool> TryInsertAsync(ComponentVersion version, CancellationToken cancellationToken) => _versions.TryInsertAsync(version, cancellationToken);

    public Task<ComponentVersion?> GetAsync(Id<ComponentVersion> id, CancellationToken cancellationToken) => _versions.GetAsync(id, cancellationToken);

    public Task<IReadOnlyList<ComponentVersion>> GetManyAsync(IReadOnlyCollection<Id<ComponentVersion>> ids, CancellationToken cancellationToken) =>
        _versions.GetManyAsync(ids, cancellationToken);

    /// <summary>A page of the component's versions, newest first.</summary>
    public Task<IReadOnlyList<ComponentVersion>> FindByComponentAsync(Id<Component> component, Id<ComponentVersion>? before, int limit, CancellationToken cancellationToken) =>
        _versions.NewestAsync(Filter.Equal("componentId", FilterValue.Of(component)), before, limit, cancellationToken);

    /// <summary>The version that <c>name@version</c> means: the newest one of that name.</summary>
    public Task<ComponentVersion?> FindByNameAsync(string componentName, string version, CancellationToken cancellationToken) =>
        _versions.FindOneAsync(
            Filter.Every(Filter.Equal("component.componentName", componentName), Filter.Equal("component_version", version)),
            [new("_id", Descending: true)],
            cancellationToken);

    /// <summary>The component's newest version that pins the commit.</summary>
    public Task<ComponentVersion?> FindByCommitAsync(Id<Component> component, string commit, CancellationToken cancellationToken) =>
        _versions.FindOneAsync(
            Filter.Every(Filter.Equal("componentId", FilterValue.Of(component)), Filter.Equal("commitHash", commit)),
            [new("_id", Descending: true)],
            cancellationToken);

    /// <summary>A page of all versions, newest first.</summary>
    public Task<IReadOnlyList<ComponentVersion>> ListAsync(Id<ComponentVersion>? before, int limit, CancellationToken cancellationToken) =>
        _versions.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Changes what may change of a version: its image once built, and its deprecation.</summary>
    public Task<ComponentVersion?> UpdateAsync(Id<ComponentVersion> id, Func<ComponentVersion, ComponentVersion?> change, CancellationToken cancellationToken) =>
        _versions.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<ComponentVersion> id, CancellationToken cancellationToken) =>
        await _versions.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}

using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>The catalogue's components. A name belongs to one of them, and so does a folder of a repository.</summary>
public sealed class ComponentStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<Component> _components = new(database, "components", DocumentJson.Default.Component);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _components.EnsureIndexAsync(new("by_name", ["componentName"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _components.EnsureIndexAsync(new("by_repository", ["repoLink", "subfolder"], Unique: true), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: the name, or that folder of the repository, is another component's.</summary>
    public Task<bool> TryInsertAsync(Component component, CancellationToken cancellationToken) => _components.TryInsertAsync(component, cancellationToken);

    public Task<Component?> GetAsync(Id<Component> id, CancellationToken cancellationToken) => _components.GetAsync(id, cancellationToken);

    public Task<IReadOnlyList<Component>> GetManyAsync(IReadOnlyCollection<Id<Component>> ids, CancellationToken cancellationToken) =>
        _components.GetManyAsync(ids, cancellationToken);

    public Task<Component?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        _components.FindOneAsync(Filter.Equal("componentName", name), [], cancellationToken);

    public Task<Component?> FindByRepositoryAsync(string repository, string subfolder, CancellationToken cancellationToken) =>
        _components.FindOneAsync(Filter.Every(Filter.Equal("repoLink", repository), Filter.Equal("subfolder", subfolder)), [], cancellationToken);

    /// <summary>A page of all components, newest first.</summary>
    public Task<IReadOnlyList<Component>> ListAsync(Id<Component>? before, int limit, CancellationToken cancellationToken) =>
        _components.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Changes it by compare-and-set; null: there is none, or <paramref name="change"/> refused.</summary>
    public Task<Component?> UpdateAsync(Id<Component> id, Func<Component, Component?> change, CancellationToken cancellationToken) =>
        _components.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<Component> id, CancellationToken cancellationToken) =>
        await _components.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}

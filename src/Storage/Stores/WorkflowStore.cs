using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Workflow files kept under a name. A name belongs to one of them.</summary>
public sealed class WorkflowStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<Workflow> _workflows = new(database, "workflows", DocumentJson.Default.Workflow);

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _workflows.EnsureIndexAsync(new("by_name", ["name"], Unique: true), cancellationToken);

    /// <summary>False: the name is taken.</summary>
    public Task<bool> TryInsertAsync(Workflow workflow, CancellationToken cancellationToken) => _workflows.TryInsertAsync(workflow, cancellationToken);

    public Task<Workflow?> GetAsync(Id<Workflow> id, CancellationToken cancellationToken) => _workflows.GetAsync(id, cancellationToken);

    public Task<Workflow?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        _workflows.FindOneAsync(Filter.Equal("name", name), [], cancellationToken);

    /// <summary>A page of all workflows, newest first.</summary>
    public Task<IReadOnlyList<Workflow>> ListAsync(Id<Workflow>? before, int limit, CancellationToken cancellationToken) =>
        _workflows.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Changes it by compare-and-set; null: there is none, or <paramref name="change"/> refused.</summary>
    public Task<Workflow?> UpdateAsync(Id<Workflow> id, Func<Workflow, Workflow?> change, CancellationToken cancellationToken) =>
        _workflows.UpdateAsync(id, change, cancellationToken);

    public async Task<bool> DeleteAsync(Id<Workflow> id, CancellationToken cancellationToken) =>
        await _workflows.DeleteAsync(Filter.Equal("_id", id.Value), cancellationToken).ConfigureAwait(false) > 0;
}

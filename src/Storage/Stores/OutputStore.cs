using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>What steps left: written once, then only read and deleted.</summary>
public sealed class OutputStore(IDocumentDatabase database) : IStore, IOutputRecords
{
    private readonly DocumentCollection<Output> _outputs = new(database, "outputs", DocumentJson.Default.Output);

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _outputs.EnsureIndexAsync(new("by_step", ["stepRef", "attempt", "output_type"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _outputs.EnsureIndexAsync(new("by_execution", ["executionRef"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>False: an output of that type of that attempt is stored already.</summary>
    public Task<bool> TryInsertAsync(Output output, CancellationToken cancellationToken) => _outputs.TryInsertAsync(output, cancellationToken);

    public Task<Output?> GetAsync(Id<Output> id, CancellationToken cancellationToken) => _outputs.GetAsync(id, cancellationToken);

    public Task<IReadOnlyList<Output>> GetManyAsync(IReadOnlyCollection<Id<Output>> ids, CancellationToken cancellationToken) =>
        _outputs.GetManyAsync(ids, cancellationToken);

    /// <summary>Outputs of all attempts of the step, by attempt.</summary>
    public Task<IReadOnlyList<Output>> FindByStepAsync(Id<Step> step, CancellationToken cancellationToken) =>
        _outputs.FindAsync(new(Filter.Equal("stepRef", FilterValue.Of(step))) { Sort = ["attempt", "output_type"], Limit = 1000 }, cancellationToken);

    /// <summary>A page of the execution's outputs, newest first.</summary>
    public Task<IReadOnlyList<Output>> FindByExecutionAsync(Id<Execution> execution, Id<Output>? before, int limit, CancellationToken cancellationToken) =>
        _outputs.NewestAsync(Filter.Equal("executionRef", FilterValue.Of(execution)), before, limit, cancellationToken);

    public Task<long> DeleteByStepAsync(Id<Step> step, CancellationToken cancellationToken) =>
        _outputs.DeleteAsync(Filter.Equal("stepRef", FilterValue.Of(step)), cancellationToken);
}

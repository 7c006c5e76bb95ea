using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Where it is written down what an attempt left: the database, or the API as a step's helper sees it.</summary>
public interface IOutputRecords
{
    /// <summary>False: an output of that type of that attempt is written down already.</summary>
    Task<bool> TryInsertAsync(Output output, CancellationToken cancellationToken);

    /// <summary>Outputs of all attempts of the step, by attempt.</summary>
    Task<IReadOnlyList<Output>> FindByStepAsync(Id<Step> step, CancellationToken cancellationToken);
}

using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>Stores what an attempt left in its folders.</summary>
public sealed class OutputCollector
{
    /// <summary>Doing it again for the same attempt, after a crash, leads to the same outputs.</summary>
    public Task<CollectResult> CollectAsync(Step step, int attempt, StepFolders folders, ResolvedInputs inputs, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

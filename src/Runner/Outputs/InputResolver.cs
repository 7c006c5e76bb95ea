using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>Finds what a step takes among what its dependencies left.</summary>
public sealed class InputResolver
{
    /// <param name="dependencies">The steps that it needs, ended.</param>
    public Task<ResolvedInputs> ResolveAsync(Step step, IReadOnlyList<Step> dependencies, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

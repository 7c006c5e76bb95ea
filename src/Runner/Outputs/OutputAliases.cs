using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>Lets a cached step refer to the outputs of the step that stands in for it.</summary>
public sealed class OutputAliases
{
    /// <summary>Stores outputs of <paramref name="cached"/> that refer to the same files; returns the main one. Null: they are gone, the step has to run.</summary>
    public Task<Output?> AliasAsync(Step cached, Step from, CancellationToken cancellationToken) => throw new NotImplementedException();
}

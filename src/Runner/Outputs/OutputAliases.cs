using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Outputs;

/// <summary>Lets a cached step refer to the outputs of the step that stands in for it.</summary>
public sealed class OutputAliases(OutputStore outputs, ManifestReader manifests, TimeProvider time)
{
    /// <summary>Stores outputs of <paramref name="cached"/> that refer to the same files; returns the main one. Null: they are gone, the step has to run.</summary>
    public async Task<Output?> AliasAsync(Step cached, Step from, CancellationToken cancellationToken)
    {
        if (from.Output is not { } id || await outputs.GetAsync(id, cancellationToken) is not { } original
            || !await manifests.HasAsync(original, cancellationToken))
            return null;
        var now = time.GetUtcNow();
        var alias = original with
        {
            Id = Id<Output>.New(time),
            Revision = 0,
            StepRef = cached.Id.ToString(),
            ExecutionRef = cached.ExecutionRef,
            Attempt = cached.Attempt,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await outputs.TryInsertAsync(alias, cancellationToken)
            ? alias
            : (await outputs.FindByStepAsync(cached.Id, cancellationToken)).FirstOrDefault(output => output.Attempt == cached.Attempt && output.OutputType == "output");
    }
}

using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Outputs;

/// <summary>Places inputs in the input folder.</summary>
public sealed class InputStager
{
    /// <summary>Makes the input folder hold exactly these inputs.</summary>
    public Task StageAsync(ResolvedInputs inputs, StepFolders folders, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

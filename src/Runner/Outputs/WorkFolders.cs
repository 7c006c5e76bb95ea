using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Outputs;

/// <summary>The folders of attempts on this node.</summary>
public sealed class WorkFolders
{
    /// <summary>Makes the folders of an attempt, or finds those that an earlier process made.</summary>
    public StepFolders Create(StepKey step) => throw new NotImplementedException();

    /// <summary>Removes the folders of an attempt, whatever is in them. None there: nothing happens.</summary>
    public void Delete(StepKey step) => throw new NotImplementedException();
}

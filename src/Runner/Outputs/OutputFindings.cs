using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>What the entries of an attempt's outputs show: what was left out, and which files are missing that the step promised.</summary>
internal sealed class OutputFindings(Step step)
{
    private const int MaxWarnings = 20;

    private readonly List<PathGlob> _missing = [.. step.Spec.RequiredOutputs.Distinct().Select(pattern => new PathGlob(pattern))];

    /// <summary>For people.</summary>
    public List<string> Warnings { get; } = [];

    public void Look(ManifestEntry entry, string outputType)
    {
        var isMain = outputType == "output";
        if (entry.LeftOut is { } why)
            Warnings.Add($"'{entry.Path}' was left out of the {(isMain ? "outputs" : outputType)}: {why}.");
        else if (isMain)
            _missing.RemoveAll(glob => glob.Matches(entry.Path));
    }

    public CollectResult Complete(IReadOnlyList<Output> stored, IReadOnlyDictionary<string, string> values)
    {
        var result = CollectResult.Stored(stored, values, Warnings.Count <= MaxWarnings
            ? Warnings
            : [.. Warnings.Take(MaxWarnings), $"… and {Warnings.Count - MaxWarnings} more."]);
        return _missing.Count == 0
            ? result
            : result.With(FailureReason.OutputMissing,
                $"The step ended without leaving what it promised: no file in its outputs matches {string.Join(" and ", _missing.Select(glob => $"'{glob.Pattern}'"))}.");
    }
}

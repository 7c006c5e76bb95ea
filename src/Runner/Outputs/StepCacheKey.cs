using System.Text.Json;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Outputs;

/// <summary>The identity of what a step computes: two steps with one key leave the same outputs, as far as we can know.</summary>
public static class StepCacheKey
{
    /// <param name="spec">With its run-time expressions expanded.</param>
    public static string Compute(
        StepSpec spec, string imageDigest, IReadOnlyDictionary<string, JsonElement> parameters, ResolvedInputs inputs) =>
        throw new NotImplementedException();
}

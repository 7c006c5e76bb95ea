using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

internal static class StepAddresses
{
    /// <summary>Where what the step serves is reached, by container port: where it was made public, else where it is published.</summary>
    public static IReadOnlyDictionary<string, string> Addresses(this Step step) => (step.PublishedPorts ?? new Dictionary<string, int>()).ToDictionary(
        port => port.Key,
        port => step.PublicAddresses?.GetValueOrDefault(port.Key) ?? $"http://{step.ServiceHost ?? "127.0.0.1"}:{port.Value}");
}

using System.Globalization;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>What a pod asks of its node. Kubernetes knows no limit of processes for one container: that one is the node's.</summary>
internal static class PodResources
{
    private const string DefaultGpu = "nvidia.com/gpu";

    public static ContainerResources OfHelpers { get; } = new(
        new Dictionary<string, string> { ["memory"] = "512Mi" },
        new Dictionary<string, string> { ["cpu"] = "20m", ["memory"] = "64Mi" });

    public static ContainerResources? For(ResourceSpec step, PodPolicy policy)
    {
        var limits = new Dictionary<string, string>(policy.Limits ?? new Dictionary<string, string>());
        var requests = new Dictionary<string, string>(policy.Requests ?? new Dictionary<string, string>());
        if (step.Cpu is { } cpu)
            limits["cpu"] = requests["cpu"] = ((long)Math.Ceiling(cpu * 1000)).ToString(CultureInfo.InvariantCulture) + "m";
        if (step.Memory is { } memory)
            limits["memory"] = requests["memory"] = memory.ToString(CultureInfo.InvariantCulture);
        // "All of a node" can't be said to a scheduler: one, then.
        if (step.Gpu != 0)
            limits[policy.GpuResource ?? DefaultGpu] = Math.Max(1, step.Gpu).ToString(CultureInfo.InvariantCulture);
        return limits.Count + requests.Count == 0 ? null : new(limits, requests);
    }
}

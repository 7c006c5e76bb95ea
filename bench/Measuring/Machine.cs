using System.Runtime.InteropServices;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Bench.Measuring;

/// <summary>Where the figures come from: without that they say little.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9;
        var load = File.Exists("/proc/loadavg") ? (await File.ReadAllTextAsync("/proc/loadavg", cancellationToken)).Split(' ')[0] : "unknown";
        return $"{Environment.ProcessorCount} × {Processor()}, {memory:0} GB of memory, {RuntimeInformation.OSDescription}, "
            + $"{RuntimeInformation.FrameworkDescription}, {await EngineAsync(cancellationToken)}, "
            + $"{TimeProvider.System.GetUtcNow():yyyy-MM-dd HH:mm} UTC, load average {load} at the start";
    }

    private static string Processor() =>
        File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown processor"
            : "unknown processor";

    private static async Task<string> EngineAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var engine = new DockerEngine(EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable));
            return $"engine {(await engine.VersionAsync(cancellationToken)).Version}";
        }
        catch (DockerException)
        {
            return "no container engine";
        }
    }
}

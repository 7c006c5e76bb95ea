using System.Globalization;
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

    /// <summary>Bytes of a line of <c>/proc/PID/status</c>: <c>VmRSS</c> is resident now, <c>VmHWM</c> at the most so far.</summary>
    public static long ReadMemory(int process, string line) =>
        File.ReadLines($"/proc/{process}/status")
            .Where(text => text.StartsWith(line + ":", StringComparison.Ordinal))
            .Select(text => long.Parse(text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024)
            .Single();

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

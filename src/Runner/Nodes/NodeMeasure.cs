using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Nodes;

/// <summary>Finds out what this machine has.</summary>
public static class NodeMeasure
{
    public static NodeCapacity Capacity(int slots) => new(
        slots,
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        Directory.Exists("/proc/driver/nvidia/gpus") ? Directory.GetDirectories("/proc/driver/nvidia/gpus").Length : 0);
}

using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Nodes;

/// <summary>What this node has and what its steps have taken of it.</summary>
public sealed class NodeBudget(NodeCapacity capacity, IReadOnlyCollection<string> executors, IReadOnlyDictionary<string, string> labels)
{
    private readonly Lock _gate = new();
    private int _steps;
    private double _cpu;
    private long _memory;
    private int _gpu;

    public NodeCapacity Capacity => capacity;

    public IReadOnlyCollection<string> Executors => executors;

    public IReadOnlyDictionary<string, string> Labels => labels;

    /// <summary>Places for steps that are not background steps.</summary>
    public int FreeSlots
    {
        get
        {
            lock (_gate)
                return capacity.Steps - _steps;
        }
    }

    /// <summary>Why this node can never take the step, for people; null: it can, perhaps later.</summary>
    public string? Unfit(Step step)
    {
        var (spec, needs) = (step.Spec, step.Spec.Resources);
        if (spec.Kind == StepKind.Process && !executors.Contains("process"))
            return "no node runs local processes: the operator has to turn them on (twin serve --process)";
        if (spec.Kind != StepKind.Process && executors.All(name => name == "process"))
            return "no node has a container engine: install Docker, or start a node that has one";
        if (needs.Cpu > capacity.Cpu)
            return $"it needs {needs.Cpu} cores; the largest node has {capacity.Cpu}";
        if (needs.Memory > capacity.Memory)
            return $"it needs {needs.Memory.Value >> 20} MiB of memory; the largest node has {capacity.Memory >> 20} MiB";
        if (needs.Gpu > capacity.Gpu)
            return $"it needs {needs.Gpu} GPUs; the largest node has {capacity.Gpu}";
        foreach (var (key, value) in spec.NodeLabels)
        {
            var negated = key.StartsWith('!');
            var has = labels.GetValueOrDefault(negated ? key[1..] : key) == value;
            if (has == negated)
                return negated ? $"every node has the label {key[1..]}={value}" : $"no node has the label {key}={value}";
        }
        return null;
    }

    /// <summary>Takes what the step needs; null: there isn't enough left now. Dispose it to give it back.</summary>
    public IDisposable? TryTake(Step step)
    {
        var taken = ShareOf(step);
        lock (_gate)
        {
            if (_steps + taken.Slots > capacity.Steps
                || _cpu + taken.Cpu > capacity.Cpu
                || _memory + taken.Memory > capacity.Memory
                || _gpu + taken.Gpu > capacity.Gpu)
                return null;
            Add(taken, 1);
        }
        return taken;
    }

    /// <summary>Counts a step that runs already, whatever is left.</summary>
    public IDisposable Take(Step step)
    {
        var taken = ShareOf(step);
        lock (_gate)
            Add(taken, 1);
        return taken;
    }

    private Share ShareOf(Step step)
    {
        var needs = step.Spec.Resources;
        // A background step waits for others to end, so it must not keep them from starting.
        return new(this, step.Spec.Background ? 0 : 1, needs.Cpu ?? 0, needs.Memory ?? 0, needs.Gpu < 0 ? capacity.Gpu : needs.Gpu);
    }

    private void Add(Share share, int sign)
    {
        _steps += sign * share.Slots;
        _cpu += sign * share.Cpu;
        _memory += sign * share.Memory;
        _gpu += sign * share.Gpu;
    }

    private sealed record Share(NodeBudget Budget, int Slots, double Cpu, long Memory, int Gpu) : IDisposable
    {
        public void Dispose()
        {
            lock (Budget._gate)
                Budget.Add(this, -1);
        }
    }
}

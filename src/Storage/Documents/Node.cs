using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>One runner process (collection <c>nodes</c>). Its id is kept in its data directory and survives restarts.</summary>
public sealed record Node : Document<Node>
{
    public required string Host { get; init; }
    public required string Os { get; init; }
    public IReadOnlyList<string> Roles { get => field ?? ["general"]; init; }
    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Executors that work here: <c>docker</c>, <c>process</c>, <c>kubernetes</c>.</summary>
    public IReadOnlyList<string> Executors { get => field ?? []; init; }

    /// <summary>What is wrong with an executor that should work here, for people.</summary>
    public string? Trouble { get; init; }

    public required NodeCapacity Capacity { get; init; }

    /// <summary>Steps running now, and since the node exists.</summary>
    public int RunningSteps { get; init; }

    public long TotalSteps { get; init; }
    public required bool Active { get; init; }
    public bool Draining { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset HeartbeatAt { get; init; }
}

/// <param name="Steps">Steps at once.</param>
/// <param name="Memory">Bytes.</param>
public sealed record NodeCapacity(int Steps, double Cpu, long Memory, int Gpu);

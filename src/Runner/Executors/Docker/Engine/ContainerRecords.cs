using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Executors.Docker.Engine;

public sealed record CreatedContainer(string Id, IReadOnlyList<string>? Warnings);

/// <summary>The parts of a container's inspection that matter to a runner.</summary>
public sealed record EngineContainer
{
    public required string Id { get; init; }

    /// <summary>With a leading slash.</summary>
    public string? Name { get; init; }

    /// <summary>Id of its image.</summary>
    public string? Image { get; init; }

    public required ContainerState State { get; init; }
    public ContainerConfig? Config { get; init; }
    public ContainerNetworks? NetworkSettings { get; init; }
}

public sealed record ContainerState
{
    /// <summary><c>created, running, paused, restarting, removing, exited, dead</c>.</summary>
    public required string Status { get; init; }

    public bool Running { get; init; }

    [JsonPropertyName("OOMKilled")]
    public bool OomKilled { get; init; }

    public int Pid { get; init; }
    public int ExitCode { get; init; }

    /// <summary>Why it could not be started.</summary>
    public string? Error { get; init; }

    /// <summary>Year 1: not yet.</summary>
    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset FinishedAt { get; init; }

    [JsonIgnore]
    public bool WasStarted => StartedAt.Year > 1;
}

public sealed record ContainerConfig
{
    public string? User { get; init; }
    public string? Image { get; init; }
    public bool Tty { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

public sealed record ContainerNetworks
{
    /// <summary>By <c>port/protocol</c>; null: exposed, not published.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>?>? Ports { get; init; }

    public IReadOnlyDictionary<string, NetworkEndpoint>? Networks { get; init; }
}

public sealed record NetworkEndpoint([property: JsonPropertyName("IPAddress")] string? IpAddress, IReadOnlyList<string>? Aliases);

/// <summary>A line of <c>/containers/json</c>.</summary>
public sealed record ContainerSummary
{
    public required string Id { get; init; }
    public IReadOnlyList<string>? Names { get; init; }
    public string? Image { get; init; }

    /// <summary>As in <see cref="ContainerState.Status"/>.</summary>
    public string? State { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
}

/// <summary>End of a container.</summary>
internal sealed record ContainerExit(long StatusCode, ContainerExitError? Error);

internal sealed record ContainerExitError(string? Message);

/// <summary>One sample of what a container uses.</summary>
public sealed record ContainerStats
{
    [JsonPropertyName("cpu_stats")]
    public CpuStats? Cpu { get; init; }

    [JsonPropertyName("memory_stats")]
    public MemoryStats? Memory { get; init; }

    [JsonPropertyName("pids_stats")]
    public PidsStats? Pids { get; init; }
}

public sealed record CpuStats([property: JsonPropertyName("cpu_usage")] CpuUsage? Usage);

/// <param name="TotalUsage">Nanoseconds since it started.</param>
public sealed record CpuUsage([property: JsonPropertyName("total_usage")] ulong TotalUsage);

/// <summary>Bytes. The highest use is only known with cgroup v1.</summary>
public sealed record MemoryStats(
    [property: JsonPropertyName("usage")] ulong? Usage,
    [property: JsonPropertyName("max_usage")] ulong? MaxUsage,
    [property: JsonPropertyName("limit")] ulong? Limit);

public sealed record PidsStats([property: JsonPropertyName("current")] ulong? Current);

/// <summary>A command to run in a running container.</summary>
public sealed record ExecSpec(IReadOnlyList<string> Cmd, string? User = null)
{
    public bool AttachStdout { get; init; } = true;
    public bool AttachStderr { get; init; } = true;
    public bool Tty { get; init; }
}

internal sealed record ExecStart(bool Detach = false, bool Tty = false);

internal sealed record CreatedExec(string Id);

internal sealed record ExecState(bool Running, int? ExitCode);

using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>Body of an answer that is an error.</summary>
internal sealed record EngineError([property: JsonPropertyName("message")] string? Message);

public sealed record EngineVersion(string Version, string ApiVersion, string Os, string Arch, string? KernelVersion);

/// <summary>The parts of <c>/info</c> that matter to a runner.</summary>
public sealed record EngineInfo
{
    /// <summary>Stays the same while the engine keeps its data folder.</summary>
    [JsonPropertyName("ID")]
    public string? Id { get; init; }

    public string? Name { get; init; }
    public string? ServerVersion { get; init; }
    public string? OperatingSystem { get; init; }
    public string? Architecture { get; init; }

    [JsonPropertyName("NCPU")]
    public int Cpus { get; init; }

    /// <summary>Bytes.</summary>
    public long MemTotal { get; init; }

    public string? CgroupVersion { get; init; }
    public bool MemoryLimit { get; init; }
    public bool SwapLimit { get; init; }
    public bool PidsLimit { get; init; }
    public bool CpuCfsQuota { get; init; }

    /// <summary>Among them <c>name=rootless</c> and <c>name=userns</c>.</summary>
    public IReadOnlyList<string>? SecurityOptions { get; init; }

    public IReadOnlyDictionary<string, EngineRuntime>? Runtimes { get; init; }
    public string? DockerRootDir { get; init; }
    public IReadOnlyList<string>? Warnings { get; init; }
}

public sealed record EngineRuntime(string? Path);

/// <summary>One line of <c>/events</c>: an <see cref="Action"/> (<c>start</c>, <c>die</c>, <c>oom</c> …) on an object of a <see cref="Type"/>.</summary>
public sealed record EngineEvent(string Type, string Action, EventActor Actor, [property: JsonPropertyName("timeNano")] long TimeNano);

public sealed record EventActor([property: JsonPropertyName("ID")] string Id, IReadOnlyDictionary<string, string>? Attributes);

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>Body of <c>/containers/create</c>: the fields that we set, by the engine's names.</summary>
public sealed record ContainerSpec
{
    public required string Image { get; init; }
    public string? Hostname { get; init; }
    public string? User { get; init; }
    public string? WorkingDir { get; init; }

    /// <summary>Null keeps the image's.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary>Null keeps the image's.</summary>
    public IReadOnlyList<string>? Cmd { get; init; }

    /// <summary><c>NAME=value</c>.</summary>
    public IReadOnlyList<string> Env { get; init; } = [];

    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }
    public bool AttachStdin { get; init; }
    public bool AttachStdout { get; init; } = true;
    public bool AttachStderr { get; init; } = true;
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>By <c>port/protocol</c>.</summary>
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }

    public HostSpec HostConfig { get; init; } = new();
    public NetworkingSpec? NetworkingConfig { get; init; }
}

/// <summary>The engine writes sets as objects with empty objects.</summary>
public sealed record EmptyObject;

/// <summary><c>HostConfig</c>: what a container gets from the machine.</summary>
public sealed record HostSpec
{
    public IReadOnlyList<MountSpec>? Mounts { get; init; }

    /// <summary>Options by path.</summary>
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }

    /// <summary>Billionths of a core.</summary>
    public long? NanoCpus { get; init; }

    /// <summary>Bytes.</summary>
    public long? Memory { get; init; }

    /// <summary>Bytes of memory and swap together; equal to <see cref="Memory"/>: no swap.</summary>
    public long? MemorySwap { get; init; }

    public long? PidsLimit { get; init; }
    public IReadOnlyList<DeviceRequest>? DeviceRequests { get; init; }
    public IReadOnlyList<string>? SecurityOpt { get; init; }
    public IReadOnlyList<string>? CapAdd { get; init; }
    public IReadOnlyList<string>? CapDrop { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public bool? Init { get; init; }
    public string? NetworkMode { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>>? PortBindings { get; init; }
    public LogSpec? LogConfig { get; init; }
}

/// <param name="Type"><c>bind</c> or <c>volume</c>.</param>
/// <param name="Source">Null: an anonymous volume.</param>
public sealed record MountSpec(string Type, string? Source, string Target, bool ReadOnly = false);

/// <param name="Count">-1: all.</param>
public sealed record DeviceRequest(int Count, IReadOnlyList<IReadOnlyList<string>> Capabilities, string Driver = "");

/// <param name="HostPort">Empty: any free one.</param>
public sealed record PortBinding(string? HostIp, string? HostPort);

public sealed record LogSpec(string Type, IReadOnlyDictionary<string, string> Config);

public sealed record NetworkingSpec(IReadOnlyDictionary<string, EndpointSpec> EndpointsConfig);

public sealed record EndpointSpec(IReadOnlyList<string> Aliases);

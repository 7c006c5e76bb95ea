namespace Twinrunner.Runner.Executors.Docker;

/// <summary>How steps run on a container engine.</summary>
public sealed record DockerOptions
{
    /// <summary>Tells this installation's containers and networks from those of others on the same engine. Must stay the same over restarts.</summary>
    public required string Installation { get; init; }

    /// <summary>Address on which ports are published. Anything but loopback opens components to the network.</summary>
    public string PublishAddress { get; init; } = "127.0.0.1";

    /// <summary>Processes and threads of a step that sets no limit of its own.</summary>
    public int DefaultPids { get; init; } = 4096;

    /// <summary>
    /// Driver that keeps a container's log at the engine, from which an adopted container's log goes on. <c>local</c> keeps every byte;
    /// <c>json-file</c> replaces bytes that aren't UTF-8 (Podman has only that), so that a log that holds such may go on displaced.
    /// </summary>
    public string LogDriver { get; init; } = "local";

    /// <summary>How long a step waits for an engine that went away before it fails.</summary>
    public TimeSpan EngineAbsence { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Bytes that a snapshot may have.</summary>
    public long SnapshotBytes { get; init; } = 20L << 30;

    /// <summary>Files and folders that a snapshot may have.</summary>
    public int SnapshotEntries { get; init; } = 1_000_000;

    /// <summary>Folder of the <c>docker</c> command's <c>config.json</c>, for the credentials of image registries; null: none are used.</summary>
    public string? ClientConfigFolder { get; init; }
}

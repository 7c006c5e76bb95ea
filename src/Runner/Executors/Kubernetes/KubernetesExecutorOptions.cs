namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>How steps run on a cluster.</summary>
public sealed record KubernetesExecutorOptions
{
    /// <summary>Tells this installation's Jobs from those of others in the same namespace. The same for all its runners, and over restarts.</summary>
    public required string Installation { get; init; }

    /// <summary>Where the Jobs are made.</summary>
    public required string Namespace { get; init; }

    /// <summary>A volume that this process and every step see. Null: files go through the helpers.</summary>
    public SharedVolume? Shared { get; init; }

    /// <summary>What brings inputs and takes outputs where there is no shared volume.</summary>
    public StepHelpers? Helpers { get; init; }

    /// <summary>User and group of steps that name none: images that run as root otherwise are given this one, unless the policy lets them.</summary>
    public long User { get; init; } = 10001;

    /// <summary>How long a pod may wait for what doesn't come (room on a node, an image, quota) before its attempt fails.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The cluster's DNS domain.</summary>
    public string ClusterDomain { get; init; } = "cluster.local";

    public PodPolicies Policies { get; init; } = PodPolicies.None;

    /// <summary>Tells which digest the name of an image stands for; null where nobody knows.</summary>
    public Func<string, CancellationToken, Task<string?>>? FindDigest { get; init; }
}

/// <summary>A claim (or, on a cluster of one node, a folder of that node) that is mounted into every step.</summary>
/// <param name="Claim">Name of a PersistentVolumeClaim that many nodes may write; null: <paramref name="HostPath"/> says where.</param>
/// <param name="Path">Where the same volume is in this process's own file system.</param>
public sealed record SharedVolume(string? Claim, string? HostPath, string Path);

/// <summary>The containers beside a step's own, made of our image.</summary>
/// <param name="Api">Address under which pods reach our API.</param>
/// <param name="Token">Makes the token of one attempt, good for nothing else.</param>
/// <param name="StoredAsync">Returns when our API was told all that the attempt left.</param>
public sealed record StepHelpers(string Image, Uri Api, Func<StepKey, string> Token, Func<StepKey, CancellationToken, Task> StoredAsync);

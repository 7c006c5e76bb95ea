using System.Security.Cryptography;
using System.Text;
using Twinrunner.Runner.Executors.Kubernetes;

namespace Twinrunner.Runner.Hosting;

/// <summary>Which cluster runs the steps, and how. Its members are the rows of <see cref="HostSettingList"/>.</summary>
public sealed record KubernetesSettings
{
    public string? Kubeconfig { get; init; }
    public string? Context { get; init; }
    public string? Namespace { get; init; }
    public string? Installation { get; init; }
    public string? HelperImage { get; init; }
    public Uri? ApiUrl { get; init; }
    public string? SharedClaim { get; init; }
    public string? SharedPath { get; init; }
    public string? SharedHostPath { get; init; }
    public PodPolicies Policies { get; init; } = PodPolicies.None;
    public long User { get; init; } = 10001;
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(45);
    public string ClusterDomain { get; init; } = "cluster.local";

    public SharedVolume? Shared => SharedPath is null ? null : new(SharedClaim, SharedHostPath, Path.GetFullPath(SharedPath));

    /// <summary>What doesn't go together.</summary>
    internal IEnumerable<string> Faults()
    {
        if (SharedPath is null != (SharedClaim is null && SharedHostPath is null) || (SharedClaim is not null && SharedHostPath is not null))
            yield return "a shared volume needs kubernetesSharedPath and one of kubernetesSharedClaim and kubernetesSharedHostPath";
        if (SharedPath is null && (HelperImage is null || ApiUrl is null))
            yield return "steps on Kubernetes need a way to their files: kubernetesHelperImage and kubernetesApiUrl, or a shared volume";
    }

    /// <summary>The same for all runners of one database, which is what makes them one installation.</summary>
    internal string InstallationOf(HostSettings settings, string node) =>
        Installation ?? (settings.Database is { } database ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(database)))[..16] : node);
}

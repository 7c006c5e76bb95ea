using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>Where a kind of resource is found, and how it is read.</summary>
internal sealed record ResourceKind<T>(string Group, string Plural, JsonTypeInfo<T> Type, JsonTypeInfo<ResourceList<T>> List)
    where T : IResource
{
    public string Path(string @namespace, string? name = null) =>
        $"{Group}/namespaces/{@namespace}/{Plural}{(name is null ? "" : "/" + name)}";
}

internal static class ResourceKinds
{
    private const string Core = "api/v1";
    private const string Batch = "apis/batch/v1";
    private const string Networking = "apis/networking.k8s.io/v1";

    public static ResourceKind<Job> Jobs { get; } = new(Batch, "jobs", KubernetesJson.Default.Job, KubernetesJson.Default.ResourceListJob);
    public static ResourceKind<Pod> Pods { get; } = new(Core, "pods", KubernetesJson.Default.Pod, KubernetesJson.Default.ResourceListPod);
    public static ResourceKind<ClusterSecret> Secrets { get; } = new(Core, "secrets", KubernetesJson.Default.ClusterSecret, KubernetesJson.Default.ResourceListClusterSecret);
    public static ResourceKind<Service> Services { get; } = new(Core, "services", KubernetesJson.Default.Service, KubernetesJson.Default.ResourceListService);
    public static ResourceKind<Ingress> Ingresses { get; } = new(Networking, "ingresses", KubernetesJson.Default.Ingress, KubernetesJson.Default.ResourceListIngress);
    public static ResourceKind<ClusterEvent> Events { get; } = new(Core, "events", KubernetesJson.Default.ClusterEvent, KubernetesJson.Default.ResourceListClusterEvent);
}

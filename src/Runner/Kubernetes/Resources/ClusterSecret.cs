namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>v1 Secret.</summary>
internal sealed record ClusterSecret : IResource
{
    public string ApiVersion => "v1";
    public string Kind => "Secret";
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public string Type { get => field ?? "Opaque"; init; }
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }
}

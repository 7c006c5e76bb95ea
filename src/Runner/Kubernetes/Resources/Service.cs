using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>v1 Service.</summary>
internal sealed record Service : IResource
{
    public string ApiVersion => "v1";
    public string Kind => "Service";
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public ServiceSpec? Spec { get; init; }
}

internal sealed record ServiceSpec
{
    /// <summary><c>None</c>: its name means the pods themselves.</summary>
    [JsonPropertyName("clusterIP")]
    public string? ClusterIp { get; init; }

    public string? Type { get; init; }
    public IReadOnlyDictionary<string, string>? Selector { get; init; }
    public IReadOnlyList<ServicePort>? Ports { get; init; }

    /// <summary>Also before they are ready: a step's own start may need its name.</summary>
    public bool? PublishNotReadyAddresses { get; init; }
}

internal sealed record ServicePort(string Name, int Port, string Protocol);

namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>v1 Event: the controllers' word on why something doesn't happen.</summary>
internal sealed record ClusterEvent : IResource
{
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? Type { get; init; }
}

namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>Something that the API server keeps.</summary>
internal interface IResource
{
    ObjectMeta Metadata { get; }
}

internal sealed record ObjectMeta
{
    public string Name { get => field ?? ""; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>It is being deleted: at this time at the latest it is killed.</summary>
    public DateTimeOffset? DeletionTimestamp { get; init; }

    /// <summary>How long that is after the deletion was asked for.</summary>
    public long? DeletionGracePeriodSeconds { get; init; }

    public IReadOnlyDictionary<string, string> Labels { get => field ??= new Dictionary<string, string>(); init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }
}

/// <summary>With its owner a thing is deleted too.</summary>
internal sealed record OwnerReference(string ApiVersion, string Kind, string Name, string Uid);

internal sealed record ResourceList<T>
{
    public ListMeta Metadata { get => field ?? new(null, null); init; }
    public IReadOnlyList<T> Items { get => field ?? []; init; }
}

internal sealed record ListMeta(string? ResourceVersion, string? Continue);

/// <summary>What the server answers where it gives no resource: most often, why it refuses.</summary>
internal sealed record ApiStatus
{
    public string? Message { get; init; }
    public string? Reason { get; init; }
    public int? Code { get; init; }
}

internal sealed record ServerVersion(string? Major, string? Minor, string? GitVersion);

internal sealed record Condition(string Type, string Status, string? Reason, string? Message);

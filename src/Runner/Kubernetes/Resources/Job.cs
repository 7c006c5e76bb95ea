namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>batch/v1 Job, as far as it is ours.</summary>
internal sealed record Job : IResource
{
    public string ApiVersion => "batch/v1";
    public string Kind => "Job";
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public JobSpec? Spec { get; init; }
    public JobStatus? Status { get; init; }
}

internal sealed record JobSpec
{
    public int? Parallelism { get; init; }
    public int? BackoffLimit { get; init; }
    public PodTemplate? Template { get; init; }
}

internal sealed record PodTemplate(ObjectMeta? Metadata, PodSpec? Spec);

internal sealed record JobStatus
{
    public IReadOnlyList<Condition> Conditions { get => field ?? []; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Kubernetes.Resources;

internal sealed record PodSpec
{
    public string? RestartPolicy { get; init; }
    public IReadOnlyList<Container>? InitContainers { get; init; }
    public IReadOnlyList<Container> Containers { get => field ?? []; init; }
    public IReadOnlyList<Volume>? Volumes { get; init; }
    public string? ServiceAccountName { get; init; }
    public bool? AutomountServiceAccountToken { get; init; }
    public bool? EnableServiceLinks { get; init; }
    public bool? ShareProcessNamespace { get; init; }
    public int? TerminationGracePeriodSeconds { get; init; }
    public string? Hostname { get; init; }
    public string? Subdomain { get; init; }
    public DnsConfig? DnsConfig { get; init; }
    public string? PriorityClassName { get; init; }
    public string? RuntimeClassName { get; init; }
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
    public JsonElement? Tolerations { get; init; }
    public JsonElement? Affinity { get; init; }
    public IReadOnlyList<LocalReference>? ImagePullSecrets { get; init; }
    public PodSecurity? SecurityContext { get; init; }
}

internal sealed record Container
{
    public required string Name { get; init; }
    public required string Image { get; init; }
    public string? ImagePullPolicy { get; init; }

    /// <summary>Replaces the image's entrypoint.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary>Replaces the image's command.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    public string? WorkingDir { get; init; }
    public IReadOnlyList<Variable>? Env { get; init; }
    public IReadOnlyList<ContainerPort>? Ports { get; init; }
    public ContainerResources? Resources { get; init; }
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }
    public string? TerminationMessagePolicy { get; init; }
    public Probe? ReadinessProbe { get; init; }
    public ContainerSecurity? SecurityContext { get; init; }
}

internal sealed record DnsConfig(IReadOnlyList<string> Searches);

internal sealed record Variable(string Name, string? Value, VariableSource? ValueFrom)
{
    public static Variable FromSecret(string name, string secret, string key) => new(name, null, new(new(secret, key)));
}

internal sealed record VariableSource(SecretKeyReference SecretKeyRef);

internal sealed record SecretKeyReference(string Name, string Key);

internal sealed record LocalReference(string Name);

internal sealed record ContainerPort(int Port, string Protocol, string? Name)
{
    [JsonPropertyName("containerPort")]
    public int Port { get; init; } = Port;
}

internal sealed record ContainerResources(IReadOnlyDictionary<string, string>? Limits, IReadOnlyDictionary<string, string>? Requests);

internal sealed record Volume(string Name)
{
    public EmptyDir? EmptyDir { get; init; }
    public Claim? PersistentVolumeClaim { get; init; }
    public HostPath? HostPath { get; init; }
    public SecretVolume? Secret { get; init; }
    public LocalReference? ConfigMap { get; init; }
}

internal sealed record EmptyDir(string? Medium = null, string? SizeLimit = null);

internal sealed record Claim(string ClaimName);

internal sealed record HostPath(string Path);

internal sealed record SecretVolume(string SecretName);

internal sealed record VolumeMount(string Name, string MountPath)
{
    public string? SubPath { get; init; }
    public bool? ReadOnly { get; init; }
}

internal sealed record Probe
{
    public ExecAction? Exec { get; init; }
    public HttpAction? HttpGet { get; init; }
    public TcpAction? TcpSocket { get; init; }
    public int PeriodSeconds { get; init; } = 1;
    public int FailureThreshold { get; init; } = 1;
    public int TimeoutSeconds { get; init; } = 5;
}

internal sealed record ExecAction(IReadOnlyList<string> Command);

internal sealed record HttpAction(string Path, int Port);

internal sealed record TcpAction(int Port);

internal sealed record PodSecurity
{
    public bool? RunAsNonRoot { get; init; }
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public long? FsGroup { get; init; }
    public SeccompProfile? SeccompProfile { get; init; }
}

internal sealed record SeccompProfile(string Type);

internal sealed record ContainerSecurity
{
    public bool? AllowPrivilegeEscalation { get; init; }
    public bool? ReadOnlyRootFilesystem { get; init; }
    public long? RunAsUser { get; init; }
    public Capabilities? Capabilities { get; init; }
}

internal sealed record Capabilities(IReadOnlyList<string>? Add, IReadOnlyList<string>? Drop);

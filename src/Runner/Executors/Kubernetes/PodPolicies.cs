using System.Text.Json;
using System.Text.Json.Serialization;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Runner.Outputs;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>What the operator allows and adds to the pods of steps: for all of them, and by component or image. The last rule that matches wins, key by key.</summary>
public sealed record PodPolicies
{
    public static PodPolicies None { get; } = new();

    internal PodPolicy Defaults { get; init; } = new();
    internal IReadOnlyList<PodRule> Rules { get; init; } = [];

    /// <exception cref="FormatException">The text is no policy; the message says why.</exception>
    public static PodPolicies Read(string text)
    {
        try
        {
            var file = YamlJson.Read(text).Deserialize(PolicyJson.Default.PolicyFile) ?? new();
            if (file.Rules.FirstOrDefault(rule => rule.Component is null == rule.Image is null) is not null)
                throw new FormatException("each rule needs 'component' or 'image', a pattern such as odtp-*");
            if (file.Rules.Append(file.Defaults).FirstOrDefault(policy => policy.Ingress is { IsUnique: false }) is not null)
                throw new FormatException("the host of an ingress needs {id}, or {step} and {execution}: else two steps have the same");
            return new() { Defaults = file.Defaults, Rules = file.Rules };
        }
        catch (JsonException broken)
        {
            throw new FormatException(broken.Message, broken);
        }
    }

    internal PodPolicy For(StepPlan plan) =>
        Rules.Where(rule => rule.Matches(plan)).Aggregate(Defaults, (policy, rule) => rule.Over(policy));
}

/// <summary>What a rule sets; null: as it was.</summary>
internal record PodPolicy
{
    /// <summary>The image's own user, root too, with the capabilities that a container engine would leave it.</summary>
    public bool? RunAsRoot { get; init; }

    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }
    public JsonElement? Tolerations { get; init; }
    public JsonElement? Affinity { get; init; }
    public string? PriorityClass { get; init; }
    public string? RuntimeClass { get; init; }

    /// <summary>Name of the account; its token is never given to a step.</summary>
    public string? ServiceAccount { get; init; }

    public IReadOnlyList<string>? ImagePullSecrets { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Requests where the step says nothing: <c>cpu</c>, <c>memory</c>, <c>ephemeral-storage</c>.</summary>
    public IReadOnlyDictionary<string, string>? Requests { get; init; }

    /// <summary>Limits where the step says nothing.</summary>
    public IReadOnlyDictionary<string, string>? Limits { get; init; }

    /// <summary>What a GPU is called on this cluster.</summary>
    public string? GpuResource { get; init; }

    /// <summary>Volumes that the step gets; there are no others.</summary>
    public IReadOnlyList<AllowedVolume>? Volumes { get; init; }

    /// <summary>What it serves is reached from outside of the cluster.</summary>
    public StepIngress? Ingress { get; init; }

    public PodPolicy Over(PodPolicy other) => new()
    {
        RunAsRoot = RunAsRoot ?? other.RunAsRoot,
        NodeSelector = NodeSelector ?? other.NodeSelector,
        Tolerations = Tolerations ?? other.Tolerations,
        Affinity = Affinity ?? other.Affinity,
        PriorityClass = PriorityClass ?? other.PriorityClass,
        RuntimeClass = RuntimeClass ?? other.RuntimeClass,
        ServiceAccount = ServiceAccount ?? other.ServiceAccount,
        ImagePullSecrets = ImagePullSecrets ?? other.ImagePullSecrets,
        Labels = Labels ?? other.Labels,
        Annotations = Annotations ?? other.Annotations,
        Requests = Requests ?? other.Requests,
        Limits = Limits ?? other.Limits,
        GpuResource = GpuResource ?? other.GpuResource,
        Volumes = Volumes ?? other.Volumes,
        Ingress = Ingress ?? other.Ingress,
    };
}

internal sealed record PodRule : PodPolicy
{
    /// <summary>Pattern over the component's name.</summary>
    public string? Component { get; init; }

    /// <summary>Pattern over the image's name.</summary>
    public string? Image { get; init; }

    public bool Matches(StepPlan plan) =>
        Component is { } component ? plan.Component is { } name && new PathGlob(component).Matches(name) : plan.Image is { } image && new PathGlob(Image!).Matches(image);
}

/// <summary>One of <paramref name="Claim"/>, <paramref name="Secret"/> and <paramref name="ConfigMap"/>, at a path of the container.</summary>
internal sealed record AllowedVolume(string Name, string MountPath, string? Claim = null, string? Secret = null, string? ConfigMap = null, string? SubPath = null, bool ReadOnly = true)
{
    public Volume ToVolume() => new(Name)
    {
        PersistentVolumeClaim = Claim is { } claim ? new(claim) : null,
        Secret = Secret is { } secret ? new(secret) : null,
        ConfigMap = ConfigMap is { } map ? new(map) : null,
    };
}

internal sealed record PolicyFile
{
    public PodPolicy Defaults { get => field ?? new(); init; }
    public IReadOnlyList<PodRule> Rules { get => field ?? []; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(PolicyFile))]
internal sealed partial class PolicyJson : JsonSerializerContext;

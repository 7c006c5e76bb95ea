namespace Twinrunner.Runner.Kubernetes.Resources;

/// <summary>networking.k8s.io/v1 Ingress.</summary>
internal sealed record Ingress : IResource
{
    public string ApiVersion => "networking.k8s.io/v1";
    public string Kind => "Ingress";
    public ObjectMeta Metadata { get => field ?? new(); init; }
    public IngressSpec? Spec { get; init; }
}

internal sealed record IngressSpec(string? IngressClassName, IReadOnlyList<IngressTls>? Tls, IReadOnlyList<IngressRule> Rules);

internal sealed record IngressTls(IReadOnlyList<string> Hosts, string SecretName);

internal sealed record IngressRule(string Host, IngressHttp Http)
{
    /// <summary>All paths of a host, to a port of a Service.</summary>
    public static IngressRule To(string service, int port, string host) =>
        new(host, new([new("/", "Prefix", new(new(service, new(port))))]));
}

internal sealed record IngressHttp(IReadOnlyList<IngressPath> Paths);

internal sealed record IngressPath(string Path, string PathType, IngressBackend Backend);

internal sealed record IngressBackend(IngressService Service);

internal sealed record IngressService(string Name, IngressPort Port);

internal sealed record IngressPort(int Number);

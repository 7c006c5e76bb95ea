using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Kubernetes.Access;

/// <summary>What a kubeconfig file says (kubernetes.io/docs/reference/config-api/kubeconfig.v1). Where several are merged, the first that names a thing wins.</summary>
internal sealed record KubeConfigFile
{
    [JsonPropertyName("current-context")]
    public string? CurrentContext { get; init; }

    public IReadOnlyList<Named<KubeCluster>> Clusters { get => field ?? []; init; }
    public IReadOnlyList<Named<KubeUser>> Users { get => field ?? []; init; }
    public IReadOnlyList<Named<KubeContext>> Contexts { get => field ?? []; init; }

    /// <exception cref="FormatException">The file can't be read or understood; the message names it.</exception>
    public static KubeConfigFile Load(string path)
    {
        try
        {
            var file = YamlJson.Read(File.ReadAllText(path)).Deserialize(KubeConfigJson.Default.KubeConfigFile) ?? new();
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return file with
            {
                Clusters = [.. file.Clusters.Select(item => item with { Cluster = item.Cluster?.Below(folder) })],
                Users = [.. file.Users.Select(item => item with { User = item.User?.Below(folder) })],
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            throw new FormatException($"the kubeconfig '{path}' can't be read: {exception.Message}", exception);
        }
    }

    public KubeConfigFile Merge(KubeConfigFile next) => new()
    {
        CurrentContext = CurrentContext is { Length: > 0 } ? CurrentContext : next.CurrentContext,
        Clusters = [.. Clusters, .. next.Clusters],
        Users = [.. Users, .. next.Users],
        Contexts = [.. Contexts, .. next.Contexts],
    };

    internal static string? Rooted(string folder, string? path) => path is { Length: > 0 } ? Path.Combine(folder, path) : null;
}

/// <summary>An entry of one of the lists; only the member of its list is set.</summary>
internal sealed record Named<T>
{
    public string Name { get => field ?? ""; init; }
    public T? Cluster { get; init; }
    public T? User { get; init; }
    public T? Context { get; init; }
}

internal sealed record KubeCluster
{
    public string? Server { get; init; }

    [JsonPropertyName("certificate-authority")]
    public string? AuthorityFile { get; init; }

    [JsonPropertyName("certificate-authority-data")]
    public byte[]? Authority { get; init; }

    [JsonPropertyName("insecure-skip-tls-verify")]
    public bool SkipTlsCheck { get; init; }

    [JsonPropertyName("tls-server-name")]
    public string? TlsServerName { get; init; }

    [JsonPropertyName("proxy-url")]
    public string? Proxy { get; init; }

    public KubeCluster Below(string folder) => this with { AuthorityFile = KubeConfigFile.Rooted(folder, AuthorityFile) };
}

internal sealed record KubeContext
{
    public string Cluster { get => field ?? ""; init; }
    public string User { get => field ?? ""; init; }
    public string? Namespace { get; init; }
}

internal sealed record KubeUser
{
    [JsonPropertyName("client-certificate")]
    public string? CertificateFile { get; init; }

    [JsonPropertyName("client-certificate-data")]
    public byte[]? Certificate { get; init; }

    [JsonPropertyName("client-key")]
    public string? KeyFile { get; init; }

    [JsonPropertyName("client-key-data")]
    public byte[]? Key { get; init; }

    public string? Token { get; init; }
    public string? TokenFile { get; init; }
    public string? Username { get; init; }
    public string? Password { get; init; }
    public ExecPlugin? Exec { get; init; }

    public KubeUser Below(string folder) => this with
    {
        CertificateFile = KubeConfigFile.Rooted(folder, CertificateFile),
        KeyFile = KubeConfigFile.Rooted(folder, KeyFile),
        TokenFile = KubeConfigFile.Rooted(folder, TokenFile),
        // A bare name is looked up in PATH.
        Exec = Exec is { Command: { } command } && command.Contains('/', StringComparison.Ordinal) ? Exec with { Command = Path.Combine(folder, command) } : Exec,
    };
}

/// <summary>A program that gives credentials (kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins).</summary>
internal sealed record ExecPlugin
{
    public string? ApiVersion { get; init; }
    public string? Command { get; init; }
    public IReadOnlyList<string> Args { get => field ?? []; init; }
    public IReadOnlyList<ExecVariable> Env { get => field ?? []; init; }
    public string? InstallHint { get; init; }
}

internal sealed record ExecVariable(string Name, string? Value);

internal sealed record ExecCredential
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ExecSpec? Spec { get; init; }
    public ExecStatus? Status { get; init; }
}

internal sealed record ExecSpec(bool Interactive);

internal sealed record ExecStatus
{
    public DateTimeOffset? ExpirationTimestamp { get; init; }
    public string? Token { get; init; }
    public string? ClientCertificateData { get; init; }
    public string? ClientKeyData { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(KubeConfigFile))]
[JsonSerializable(typeof(ExecCredential))]
internal sealed partial class KubeConfigJson : JsonSerializerContext;

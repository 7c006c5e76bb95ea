using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Twinrunner.Runner.Kubernetes.Access;

/// <summary>Where a cluster's API server is, how it proves itself, and who we are to it.</summary>
internal sealed record ClusterAccess
{
    private const string PodFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    /// <summary>Address with a trailing slash, maybe with a path (a cluster behind a gateway).</summary>
    public required Uri Server { get; init; }

    public required ClusterLogin Login { get; init; }

    /// <summary>The namespace that the context or the pod names.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>Certificates that the server's must come from; null: the system's.</summary>
    public X509Certificate2Collection? Authorities { get; init; }

    public bool SkipTlsCheck { get; init; }

    /// <summary>Name in the server's certificate, where it isn't that of the address.</summary>
    public string? TlsServerName { get; init; }

    public Uri? Proxy { get; init; }

    /// <summary>
    /// As kubectl finds it: the given file, the files of <c>KUBECONFIG</c> merged, a pod's own service account, or <c>~/.kube/config</c>.
    /// </summary>
    /// <param name="file">Null: the surroundings say.</param>
    /// <param name="context">Null: the files' current one.</param>
    /// <exception cref="FormatException">There is none, or it can't be used; the message says what to do.</exception>
    public static ClusterAccess Find(string? file, string? context, Func<string, string?> environment, TimeProvider time)
    {
        if (file is not null)
            return FromFiles([file], context, time);
        if (environment("KUBECONFIG") is { Length: > 0 } list)
            return FromFiles([.. list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Where(File.Exists)], context, time);
        if (environment("KUBERNETES_SERVICE_HOST") is { Length: > 0 } host && File.Exists(Path.Combine(PodFolder, "token")))
            return FromPod(host, environment("KUBERNETES_SERVICE_PORT") ?? "443", time);
        var home = Path.Combine(environment("HOME") ?? "", ".kube", "config");
        return File.Exists(home)
            ? FromFiles([home], context, time)
            : throw new FormatException("no cluster is known: give a kubeconfig (setting kubeconfig, or KUBECONFIG), or run in a pod with a service account");
    }

    internal static ClusterAccess FromFiles(IReadOnlyList<string> files, string? context, TimeProvider time)
    {
        if (files.Count == 0)
            throw new FormatException("none of the files that KUBECONFIG names is there");
        var config = files.Select(KubeConfigFile.Load).Aggregate((first, next) => first.Merge(next));
        var name = context ?? config.CurrentContext;
        var chosen = config.Contexts.FirstOrDefault(item => item.Name == name)?.Context
            ?? throw new FormatException($"the kubeconfig has no context '{name}'; it has {string.Join(", ", config.Contexts.Select(item => item.Name))}");
        var cluster = config.Clusters.FirstOrDefault(item => item.Name == chosen.Cluster)?.Cluster
            ?? throw new FormatException($"the kubeconfig has no cluster '{chosen.Cluster}', which its context '{name}' names");
        var user = config.Users.FirstOrDefault(item => item.Name == chosen.User)?.User ?? new();
        return new()
        {
            Server = ServerOf(cluster.Server),
            Login = LoginOf(user, time),
            Namespace = chosen.Namespace is { Length: > 0 } ? chosen.Namespace : "default",
            Authorities = cluster.Authority is { } data ? Certificates(Encoding.UTF8.GetString(data))
                : cluster.AuthorityFile is { } path ? Certificates(File.ReadAllText(path)) : null,
            SkipTlsCheck = cluster.SkipTlsCheck,
            TlsServerName = cluster.TlsServerName,
            Proxy = cluster.Proxy is { Length: > 0 } proxy ? new(proxy) : null,
        };
    }

    private static ClusterAccess FromPod(string host, string port, TimeProvider time) => new()
    {
        Server = ServerOf($"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}"),
        Login = new FileLogin(Path.Combine(PodFolder, "token"), time),
        Namespace = File.ReadAllText(Path.Combine(PodFolder, "namespace")).Trim(),
        Authorities = Certificates(File.ReadAllText(Path.Combine(PodFolder, "ca.crt"))),
    };

    private static Uri ServerOf(string? address) =>
        Uri.TryCreate(address?.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http"
            ? uri
            : throw new FormatException($"'{address}' is no address of an API server");

    private static ClusterLogin LoginOf(KubeUser user, TimeProvider time)
    {
        if (user.Exec is { } plugin)
            return new ExecLogin(plugin, time);
        var certificate = user.Certificate is { } data ? Encoding.UTF8.GetString(data) : user.CertificateFile is { } file ? File.ReadAllText(file) : null;
        var key = user.Key is { } keyData ? Encoding.UTF8.GetString(keyData) : user.KeyFile is { } keyFile ? File.ReadAllText(keyFile) : null;
        if (certificate is not null && key is not null)
            return new FixedLogin(null, ClusterLogin.ReadCertificate(certificate, key));
        // Where both are there, kubectl takes the file.
        if (user.TokenFile is { } tokenFile)
            return new FileLogin(tokenFile, time);
        AuthenticationHeaderValue? header = user switch
        {
            { Token: { Length: > 0 } token } => new("Bearer", token),
            { Username: { Length: > 0 } name } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{user.Password}"))),
            _ => null,
        };
        return new FixedLogin(header, null);
    }

    private static X509Certificate2Collection Certificates(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        return all;
    }
}

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>Where the engine listens. The environment variables are those of the <c>docker</c> command.</summary>
/// <param name="Uri"><c>unix:///path</c> or <c>tcp://host:port</c>.</param>
/// <param name="CertificateFolder">Folder with <c>ca.pem</c>, <c>cert.pem</c> and <c>key.pem</c>; null: no TLS.</param>
/// <param name="VerifyServer">Check the server's certificate against <c>ca.pem</c> and its name.</param>
public sealed record EngineAddress(Uri Uri, string? CertificateFolder = null, bool VerifyServer = true)
{
    public const string DefaultSocket = "/var/run/docker.sock";
    private const int TlsPort = 2376;
    private const int PlainPort = 2375;

    public bool IsUnixSocket => Uri.Scheme == "unix";

    /// <summary>Path of the socket; only for a unix socket.</summary>
    public string SocketPath => Uri.AbsolutePath;

    /// <summary>Host from which published ports are reached.</summary>
    public string PublishHost => IsUnixSocket ? "127.0.0.1" : Uri.Host;

    /// <summary>Reads <c>DOCKER_HOST</c>, <c>DOCKER_TLS_VERIFY</c> and <c>DOCKER_CERT_PATH</c>; without them the system's socket, else the user's own (rootless).</summary>
    /// <exception cref="FormatException">DOCKER_HOST has a scheme that is not supported.</exception>
    public static EngineAddress FromEnvironment(Func<string, string?> variable)
    {
        var verify = !string.IsNullOrEmpty(variable("DOCKER_TLS_VERIFY"));
        var certificates = variable("DOCKER_CERT_PATH");
        if (string.IsNullOrEmpty(certificates))
            certificates = verify ? Path.Combine(variable("HOME") ?? "/", ".docker") : null;
        var host = variable("DOCKER_HOST");
        return string.IsNullOrEmpty(host) ? new(new Uri("unix://" + FindSocket(variable))) : Parse(host, certificates, verify);
    }

    public static EngineAddress Parse(string host, string? certificateFolder = null, bool verifyServer = true)
    {
        if (!Uri.TryCreate(host, UriKind.Absolute, out var uri))
            throw new FormatException($"'{host}' is not the address of an engine: write unix:///path or tcp://host:port.");
        return uri.Scheme switch
        {
            "unix" => new(uri),
            "tcp" or "http" or "https" => new(
                new UriBuilder(uri) { Scheme = "tcp", Port = Port(uri, certificateFolder) }.Uri,
                certificateFolder,
                verifyServer),
            _ => throw new FormatException($"'{host}': {uri.Scheme}:// is not supported; write unix:///path or tcp://host:port (for ssh, forward the socket with ssh -L)."),
        };
    }

    public override string ToString() => Uri.ToString();

    private static int Port(Uri uri, string? certificates) =>
        uri.Port > 0 ? uri.Port : certificates is null ? PlainPort : TlsPort;

    private static string FindSocket(Func<string, string?> variable)
    {
        var runtime = variable("XDG_RUNTIME_DIR");
        var own = string.IsNullOrEmpty(runtime) ? null : Path.Combine(runtime, "docker.sock");
        return !File.Exists(DefaultSocket) && own is not null && File.Exists(own) ? own : DefaultSocket;
    }
}

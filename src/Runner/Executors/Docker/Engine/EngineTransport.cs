using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>One pool of keep-alive connections to an engine.</summary>
internal static class EngineTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    public static HttpClient Open(EngineAddress address)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            ConnectCallback = (context, cancellationToken) => ConnectAsync(address, context, cancellationToken),
        };
        var scheme = "http";
        if (address.CertificateFolder is { } folder)
        {
            handler.SslOptions = TlsOptions(folder, address);
            scheme = "https";
        }
        var host = address.IsUnixSocket ? "docker" : address.Uri.Authority;
        // Following a log or waiting for a container may take days: every request is bounded by its caller's token instead.
        return new(handler) { BaseAddress = new($"{scheme}://{host}/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(
        EngineAddress address, SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = address.IsUnixSocket
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (address.IsUnixSocket)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.SocketPath), cancellationToken);
            }
            else
            {
                // A silent log may last longer than the memory of a firewall on the way.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            }
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions TlsOptions(string folder, EngineAddress address)
    {
        var own = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = address.Uri.Host,
            ClientCertificates = [own],
        };
        if (!address.VerifyServer)
        {
#pragma warning disable CA5359 // What the docker command does with DOCKER_CERT_PATH and no DOCKER_TLS_VERIFY: encrypt, trust anybody.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return options;
        }
        options.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        options.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(Path.Combine(folder, "ca.pem"));
        return options;
    }
}

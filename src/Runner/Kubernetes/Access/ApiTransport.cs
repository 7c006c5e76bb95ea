using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Twinrunner.Runner.Kubernetes.Access;

/// <summary>The connections to an API server: HTTP/2 where it is spoken, so that hundreds of followed logs share a few of them.</summary>
internal static class ApiTransport
{
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Ping = TimeSpan.FromSeconds(20);

    public static HttpClient Open(ClusterAccess access)
    {
        var handler = new SocketsHttpHandler
        {
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeout,
            AutomaticDecompression = DecompressionMethods.GZip,
            EnableMultipleHttp2Connections = true,
            // A followed log may be silent for days: this is how a dead connection is told from a silent one.
            KeepAlivePingDelay = Ping,
            KeepAlivePingTimeout = Ping,
            UseProxy = access.Proxy is not null,
            Proxy = access.Proxy is { } proxy ? new WebProxy(proxy) : null,
            SslOptions = TlsOptions(access),
        };
        return new(handler)
        {
            BaseAddress = access.Server,
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
    }

    private static SslClientAuthenticationOptions TlsOptions(ClusterAccess access)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = access.TlsServerName ?? access.Server.Host,
            LocalCertificateSelectionCallback = (_, _, _, _, _) => access.Login.Certificate!,
        };
        if (access.SkipTlsCheck)
        {
#pragma warning disable CA5359 // The operator's kubeconfig says insecure-skip-tls-verify.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (access.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }
        return options;
    }
}

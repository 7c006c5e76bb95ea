using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class EngineAddressTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, null, null, "unix:///var/run/docker.sock", null)]
    [InlineData("unix:///x/y.sock", null, null, "unix:///x/y.sock", null)]
    [InlineData("tcp://h", null, null, "tcp://h:2375/", null)]
    [InlineData("tcp://h", "1", null, "tcp://h:2376/", "/home/me/.docker")]
    [InlineData("tcp://h:1234", null, "/certs", "tcp://h:1234/", "/certs")]
    public void The_variables_of_the_docker_command_are_read_as_it_reads_them(string? host, string? verify, string? certificates, string uri, string? folder)
    {
        var variables = new Dictionary<string, string?> { ["DOCKER_HOST"] = host, ["DOCKER_TLS_VERIFY"] = verify, ["DOCKER_CERT_PATH"] = certificates, ["HOME"] = "/home/me" };
        var address = EngineAddress.FromEnvironment(name => variables.GetValueOrDefault(name));
        Assert.Equal((uri, folder), (address.ToString(), address.CertificateFolder));
    }

    [Theory]
    [InlineData("ssh://me@host")]
    [InlineData("nonsense")]
    public void An_address_that_is_not_supported_is_refused_with_what_to_write(string host) =>
        Assert.Contains("unix:///path", Assert.Throws<FormatException>(() => EngineAddress.Parse(host)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Over_TLS_both_sides_show_certificates_of_one_authority()
    {
        using var folder = new TestFolder();
        using var server = WriteCertificates(folder.Path);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerPingAsync(listener, server, folder.Path);
        using var engine = new DockerEngine(EngineAddress.Parse($"tcp://{listener.LocalEndpoint}", folder.Path));
        Assert.Equal(new(1, 43), await engine.PingAsync(Cancel));
        Assert.Equal("CN=client", await answering);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_not_trusted()
    {
        using TestFolder folder = new(), other = new();
        using var own = WriteCertificates(folder.Path);
        using var stranger = WriteCertificates(other.Path);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerPingAsync(listener, stranger, folder.Path);
        using var engine = new DockerEngine(EngineAddress.Parse($"tcp://{listener.LocalEndpoint}", folder.Path));
        Assert.True((await Assert.ThrowsAsync<DockerException>(() => engine.PingAsync(Cancel))).IsUnreachable);
        await Assert.ThrowsAnyAsync<Exception>(() => answering);
    }

    /// <summary>Writes ca.pem, cert.pem and key.pem of a client.</summary>
    /// <returns>Certificate of a server on 127.0.0.1, of the same authority.</returns>
    private static X509Certificate2 WriteCertificates(string folder)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = authorityRequest.CreateSelfSigned(from, to);

        using var clientKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var client = new CertificateRequest("CN=client", clientKey, HashAlgorithmName.SHA256).Create(authority, from, to, [1]);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "cert.pem"), client.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), clientKey.ExportPkcs8PrivateKeyPem());

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serverRequest = new CertificateRequest("CN=server", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        serverRequest.CertificateExtensions.Add(names.Build());
        using var server = serverRequest.Create(authority, from, to, [2]);
        return server.CopyWithPrivateKey(serverKey);
    }

    /// <returns>The name that the client showed.</returns>
    private static async Task<string> AnswerPingAsync(TcpListener listener, X509Certificate2 server, string folder)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancel);
        await using var tls = new SslStream(client.GetStream());
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(folder, "ca.pem"));
        var options = new SslServerAuthenticationOptions { ServerCertificate = server, ClientCertificateRequired = true, CertificateChainPolicy = policy };
        await tls.AuthenticateAsServerAsync(options, Cancel);
        var request = await new StreamReader(tls).ReadLineAsync(Cancel);
        Assert.StartsWith("GET /_ping ", request, StringComparison.Ordinal);
        await tls.WriteAsync("HTTP/1.1 200 OK\r\nApi-Version: 1.43\r\nContent-Length: 2\r\n\r\nOK"u8.ToArray(), Cancel);
        return tls.RemoteCertificate!.Subject;
    }
}

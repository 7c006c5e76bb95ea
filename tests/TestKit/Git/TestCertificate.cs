using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Twinrunner.TestKit;

/// <summary>A certificate for this machine's loopback address that signs itself, and its file for clients that shall trust it.</summary>
public sealed class TestCertificate : IDisposable
{
    private readonly TestFolder _folder = new();

    public TestCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        // As PFX and back: a key that lives only in memory is none to the TLS of some systems.
        Certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        File = _folder["certificate.pem"];
        System.IO.File.WriteAllText(File, Certificate.ExportCertificatePem());
    }

    public X509Certificate2 Certificate { get; }

    /// <summary>PEM, without the key.</summary>
    public string File { get; }

    public void Dispose()
    {
        Certificate.Dispose();
        _folder.Dispose();
    }
}

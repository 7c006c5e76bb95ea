using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Twinrunner.TestKit.GitHub;

/// <summary>A GitHub App with its key and where it is installed.</summary>
public sealed class TestGitHubApp(long id) : IDisposable
{
    private static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    private readonly RSA _key = RSA.Create(2048);

    public long Id => id;

    public ConcurrentBag<TestGitHubInstallation> Installations { get; } = [];

    /// <summary>The file that GitHub lets one download.</summary>
    public string PrivateKey => _key.ExportRSAPrivateKeyPem();

    public void Dispose() => _key.Dispose();

    /// <summary>The App signed it, and it holds now.</summary>
    internal bool Signed(string statement, DateTimeOffset now)
    {
        if (statement.Split('.') is not [var header, var claims, var signature])
            return false;
        if (!_key.VerifyData(Encoding.ASCII.GetBytes($"{header}.{claims}"), Base64Url.DecodeFromChars(signature), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            return false;
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(claims));
        var (issued, expires) = (At(document, "iat"), At(document, "exp"));
        return document.RootElement.GetProperty("iss").GetString() == $"{id}" && issued <= now && expires > now && expires - now <= LongestLife;
    }

    private static DateTimeOffset At(JsonDocument claims, string name) => DateTimeOffset.FromUnixTimeSeconds(claims.RootElement.GetProperty(name).GetInt64());
}

public sealed record TestGitHubInstallation(long Id, string Owner);

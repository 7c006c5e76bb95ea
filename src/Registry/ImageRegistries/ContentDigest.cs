using System.Security.Cryptography;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>Digests as the OCI image specification writes them: <c>sha256:</c> and 64 hex digits, or <c>sha512:</c> and 128.</summary>
public static class ContentDigest
{
    public static bool IsValid(string digest) => digest.Split(':', 2) switch
    {
        ["sha256", { Length: 64 } hex] => hex.All(char.IsAsciiHexDigitLower),
        ["sha512", { Length: 128 } hex] => hex.All(char.IsAsciiHexDigitLower),
        _ => false,
    };

    public static string Of(ReadOnlySpan<byte> content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    public static bool Matches(string digest, ReadOnlySpan<byte> content) =>
        digest == (digest.StartsWith("sha512:", StringComparison.Ordinal) ? "sha512:" + Convert.ToHexStringLower(SHA512.HashData(content)) : Of(content));
}

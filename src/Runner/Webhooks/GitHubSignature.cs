using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.Runner.Webhooks;

/// <summary><c>X-Hub-Signature-256</c>: HMAC-SHA-256 of the body as it came, byte for byte.</summary>
internal static class GitHubSignature
{
    public const string Header = "X-Hub-Signature-256";
    private const string Prefix = "sha256=";

    /// <summary>The 32 bytes; null: that is no signature.</summary>
    public static byte[]? Parse(string? header)
    {
        var signature = new byte[HMACSHA256.HashSizeInBytes];
        return header is not null
            && header.StartsWith(Prefix, StringComparison.Ordinal)
            && header.Length == Prefix.Length + (2 * signature.Length)
            && Convert.FromHexString(header.AsSpan(Prefix.Length), signature, out _, out _) == OperationStatus.Done
                ? signature
                : null;
    }

    /// <summary>Reads the body once. The time taken tells neither how much of the signature is right nor which secret it is.</summary>
    public static async Task<bool> MatchesAsync(Stream body, byte[] signature, IReadOnlyList<string> secrets, CancellationToken cancellationToken)
    {
        var hashes = secrets.Select(secret => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret))).ToList();
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
                foreach (var hash in hashes)
                    hash.AppendData(buffer, 0, read);
            var matches = false;
            foreach (var hash in hashes)
                matches |= CryptographicOperations.FixedTimeEquals(hash.GetHashAndReset(), signature);
            return matches;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            hashes.ForEach(hash => hash.Dispose());
        }
    }
}

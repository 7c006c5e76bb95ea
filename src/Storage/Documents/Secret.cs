namespace Twinrunner.Storage.Documents;

/// <summary>A value that steps may take by name (collection <c>secrets</c>). Only the encrypted value is stored.</summary>
public sealed record Secret : Document<Secret>
{
    public required string Name { get; init; }

    /// <summary>AES-256-GCM: 12 bytes nonce, 16 bytes tag, the rest ciphertext.</summary>
    public required byte[] Encrypted { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

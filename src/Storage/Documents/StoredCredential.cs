namespace Twinrunner.Storage.Documents;

/// <summary>A login of a git host or an image registry (collection <c>credentials</c>). Only the encrypted secret is stored.</summary>
public sealed record StoredCredential : Document<StoredCredential>
{
    public required CredentialKind Kind { get; init; }

    /// <summary>Lower-case host, with its port where it isn't the usual one; <c>docker.io</c> is Docker Hub.</summary>
    public required string Host { get; init; }

    /// <summary>Lower-case owner of the repositories that it is for; empty: those of every owner at the host.</summary>
    public string Owner { get => field ?? ""; init; }

    public string? UserName { get; init; }

    /// <summary>AES-256-GCM: 12 bytes nonce, 16 bytes tag, the rest ciphertext.</summary>
    public required byte[] Encrypted { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

public enum CredentialKind
{
    /// <summary>GitHub's API: a token, or the key of a GitHub App.</summary>
    GitHub,

    /// <summary>Any git host.</summary>
    Git,

    /// <summary>Docker Hub and other image registries.</summary>
    ImageRegistry,
}

using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>A stored login. Its secret never leaves the server but towards its host.</summary>
public sealed record CredentialView
{
    public required string Id { get; init; }
    public required CredentialKind Kind { get; init; }

    /// <summary><c>docker.io</c> is Docker Hub.</summary>
    public required string Host { get; init; }

    /// <summary>Owner of the repositories that it is for; null: those of every owner at the host.</summary>
    public string? Owner { get; init; }

    public string? UserName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<CredentialKind>))]
public enum CredentialKind { GitHub, Git, ImageRegistry }

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record SetCredential
{
    public required CredentialKind Kind { get; init; }

    /// <summary><c>github.com</c>, <c>ghcr.io</c>, <c>registry.example.org:5000</c>; <c>docker.io</c> for Docker Hub.</summary>
    public required string Host { get; init; }

    /// <summary>Only for repositories of this owner; null: for all at the host that have no login of their own.</summary>
    public string? Owner { get; init; }

    /// <summary>For a GitHub App its id; image registries want one always.</summary>
    public string? UserName { get; init; }

    /// <summary>Password, token, or a GitHub App's private key (PEM).</summary>
    public required string Secret { get; init; }

    public override string ToString() => $"{Kind} {Host}";
}

using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>An image that the engine has.</summary>
public sealed record EngineImage
{
    /// <summary><c>sha256:…</c>: the digest of its configuration.</summary>
    public required string Id { get; init; }

    public IReadOnlyList<string>? RepoTags { get; init; }

    /// <summary><c>repository@sha256:…</c>: digests of the manifests under which it was pulled.</summary>
    public IReadOnlyList<string>? RepoDigests { get; init; }

    public string? Architecture { get; init; }
    public string? Os { get; init; }
    public long Size { get; init; }
    public ImageConfig? Config { get; init; }

    /// <summary>Whether <paramref name="digest"/> (<c>sha256:…</c>) names this image: as its id, or as the digest of a manifest.</summary>
    public bool Matches(string digest) =>
        Id == digest || (RepoDigests?.Any(d => d.EndsWith("@" + digest, StringComparison.Ordinal)) ?? false);

    /// <summary>The digest by which other engines can pull it from <paramref name="repository"/>; its id where it never was in an image registry.</summary>
    public string DigestIn(string repository) =>
        RepoDigests?.FirstOrDefault(d => d.StartsWith(repository + "@", StringComparison.Ordinal))?[(repository.Length + 1)..] ?? Id;
}

/// <summary>What an image says about the containers made from it.</summary>
public sealed record ImageConfig
{
    public string? User { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public string? WorkingDir { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>A line of <c>/images/json</c>.</summary>
public sealed record ImageSummary
{
    public required string Id { get; init; }
    public IReadOnlyList<string>? RepoTags { get; init; }
    public IReadOnlyList<string>? RepoDigests { get; init; }
    public long Size { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long Created { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }
}

/// <summary>How to build an image.</summary>
public sealed record BuildOptions
{
    /// <summary><c>name:tag</c> each.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Path of the Dockerfile inside the context.</summary>
    public string Dockerfile { get; init; } = "Dockerfile";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> BuildArguments { get; init; } = new Dictionary<string, string>();
    public string? Target { get; init; }
    public bool NoCache { get; init; }

    /// <summary>Look for newer base images although there are local ones.</summary>
    public bool Pull { get; init; }

    /// <summary>Bytes for each container of the build; null: no limit.</summary>
    public long? Memory { get; init; }

    /// <summary><c>none</c>, <c>host</c> or a network's name for the containers of the build; null: the engine's default.</summary>
    public string? Network { get; init; }

    /// <summary>By host name of the image registry: for private base images.</summary>
    public IReadOnlyDictionary<string, RegistryAuth> Credentials { get; init; } = new Dictionary<string, RegistryAuth>();
}

/// <summary>Credentials for one image registry: a name and a password or token, or an identity token.</summary>
public sealed record RegistryAuth
{
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    [JsonPropertyName("password")]
    public string? Password { get; init; }

    [JsonPropertyName("serveraddress")]
    public string? ServerAddress { get; init; }

    [JsonPropertyName("identitytoken")]
    public string? IdentityToken { get; init; }

    public override string ToString() => $"{Username ?? "token"}@{ServerAddress}";
}

/// <summary>One message of a pull or a build.</summary>
public sealed record EngineProgress
{
    /// <summary>Text of a build, with its line ends.</summary>
    [JsonPropertyName("stream")]
    public string? Text { get; init; }

    /// <summary><c>Downloading</c>, <c>Extracting</c>, <c>Pull complete</c> …</summary>
    [JsonPropertyName("status")]
    public string? Status { get; init; }

    /// <summary>The layer it is about.</summary>
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("progressDetail")]
    public ProgressDetail? Detail { get; init; }

    [JsonPropertyName("error")]
    public string? Error { get; init; }

    [JsonPropertyName("errorDetail")]
    public ProgressError? ErrorDetail { get; init; }

    [JsonPropertyName("aux")]
    public ProgressResult? Result { get; init; }
}

/// <summary>Bytes of a layer.</summary>
public sealed record ProgressDetail([property: JsonPropertyName("current")] long? Current, [property: JsonPropertyName("total")] long? Total);

public sealed record ProgressError([property: JsonPropertyName("code")] int? Code, [property: JsonPropertyName("message")] string? Message);

/// <summary>Id of a built image, or digest of a pushed one.</summary>
public sealed record ProgressResult([property: JsonPropertyName("ID")] string? Id, string? Digest = null);

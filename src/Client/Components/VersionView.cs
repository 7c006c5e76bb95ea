using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>One pinned commit of a component, and its image once there is one.</summary>
public sealed record VersionView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string ComponentId { get; init; }
    public required string ComponentName { get; init; }
    public required string ComponentHref { get; init; }

    /// <summary>The git tag; without tags what odtp.yml says, or the commit's first digits.</summary>
    public required string Name { get; init; }

    /// <summary>40 hexadecimal digits of git; 64 of the content's SHA-256 where it isn't committed.</summary>
    public required string Commit { get; init; }

    /// <summary>Schema version that odtp.yml names.</summary>
    public string? OdtpVersion { get; init; }

    public required string Type { get; init; }
    public string? Description { get; init; }
    public string? License { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Left out until it is published, pulled or built.</summary>
    public string? Image { get; init; }

    /// <summary><c>sha256:…</c>.</summary>
    public string? ImageDigest { get; init; }

    public ImageOrigin? ImageOrigin { get; init; }

    /// <summary>Why the last try to get the image failed; left out: it didn't.</summary>
    public string? ImageFailure { get; init; }

    /// <summary>What an image registry says of the image; left out where none was asked.</summary>
    public ImageView? PublishedImage { get; init; }

    public IReadOnlyList<ParameterView> Parameters { get; init; } = [];
    public IReadOnlyList<PortView> Ports { get; init; } = [];

    /// <summary>Names of the secrets that it takes.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    public bool Gpu { get; init; }

    /// <summary>As odtp.yml has them.</summary>
    public JsonElement? DataInputs { get; init; }

    /// <summary>As odtp.yml has them.</summary>
    public JsonElement? DataOutputs { get; init; }

    /// <summary>As odtp.yml has them.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>What was odd about it, with lines of odtp.yml.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public bool Deprecated { get; init; }

    /// <summary>Why it must not be used any more; left out: it may. Workflows that name exactly this version still run, with a warning.</summary>
    public string? YankReason { get; init; }

    public DateTimeOffset? YankedAt { get; init; }

    /// <summary>GitHub's release of the tag, as of the last look; left out: there is none.</summary>
    public ReleaseView? Release { get; init; }

    /// <summary>What is run in the image in place of its own command.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string BuildLogHref { get; init; }
}

/// <summary>What a version's authors say of it where it is published.</summary>
/// <param name="Url">The page with their notes.</param>
public sealed record ReleaseView(string Url, string? Title, bool Prerelease, DateTimeOffset? PublishedAt);

/// <summary>Why a version must not be used any more.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record YankVersion(string Reason);

/// <summary>A parameter of a component.</summary>
/// <param name="Type"><c>string</c>, <c>integer</c>, <c>number</c> or <c>boolean</c>.</param>
/// <param name="Required">It has no default and must be given.</param>
/// <param name="Options">The values that it may have, unless <paramref name="AllowCustomValue"/>; left out: any.</param>
public sealed record ParameterView(
    string Name,
    string Type,
    bool Required,
    string? Default = null,
    string? Description = null,
    IReadOnlyList<string>? Options = null,
    bool AllowCustomValue = false,
    double? Minimum = null,
    double? Maximum = null);

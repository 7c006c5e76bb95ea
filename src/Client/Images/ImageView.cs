using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>An image as an image registry has it.</summary>
public sealed record ImageView
{
    public required string Reference { get; init; }

    /// <summary><c>sha256:…</c> of the manifest, or of the index where there are several platforms.</summary>
    public required string Digest { get; init; }

    /// <summary><c>linux/amd64</c>, <c>linux/arm64/v8</c> …</summary>
    public IReadOnlyList<string> Platforms { get; init; } = [];

    public IReadOnlyList<string> Entrypoint { get; init; } = [];
    public IReadOnlyList<string> Command { get; init; } = [];
    public string? User { get; init; }

    /// <summary><c>8501/tcp</c> …</summary>
    public IReadOnlyList<string> Ports { get; init; } = [];

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Compressed bytes, for the server's platform.</summary>
    public long Size { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }
}

/// <summary>How a version came to its image: odtp.yml names it, its tag is the version, its labels name the commit, somebody said so, or it was built.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ImageOrigin>))]
public enum ImageOrigin { OdtpFile, Tag, Label, Hand, Build }

/// <summary>A tag of a repository in an image registry.</summary>
/// <param name="PushedAt">Only Docker Hub tells.</param>
/// <param name="Size">Compressed bytes; only Docker Hub tells.</param>
public sealed record ImageTagView(string Name, string? Digest = null, DateTimeOffset? PushedAt = null, long? Size = null);

/// <param name="Complete">False: there are more.</param>
public sealed record ImageTagsView(string Repository, IReadOnlyList<ImageTagView> Tags, bool Complete);

/// <summary>What an image registry last said of its limits.</summary>
/// <param name="Limit">Pulls in a window; left out: it didn't say.</param>
/// <param name="Until">It wants to be left alone until then.</param>
public sealed record ImageRegistryView(string Host, int? Limit, int? Remaining, double WindowSeconds, DateTimeOffset? Until, DateTimeOffset SeenAt);

/// <summary>All image registries that said something of their limits since the server started.</summary>
public sealed record ImageRegistriesView(IReadOnlyList<ImageRegistryView> Items);

/// <summary>A version whose image was asked for.</summary>
/// <param name="Running">It is being got, and its build log can be followed; else it is there.</param>
public sealed record ImageRequestView(VersionView Version, bool Running);

/// <summary>A line of what getting a version's image printed.</summary>
/// <param name="Number">From 1.</param>
public sealed record BuildLineView(long Number, string Text);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LinkImage
{
    /// <summary>Name of a published image, with a tag or a digest.</summary>
    public required string Image { get; init; }
}

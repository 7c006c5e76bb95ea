namespace Twinrunner.Storage.Documents;

/// <summary>How a version came to its image.</summary>
public enum ImageOrigin
{
    /// <summary><c>component-docker-image</c> of odtp.yml names it.</summary>
    OdtpFile,

    /// <summary>Its tag is the version's name.</summary>
    Tag,

    /// <summary>Its labels name the version's commit.</summary>
    Label,

    /// <summary>Somebody said so.</summary>
    Hand,

    /// <summary>It was built from the version's files.</summary>
    Build,
}

/// <summary>What an image registry says of a version's image.</summary>
/// <param name="Platforms"><c>linux/amd64</c>, <c>linux/arm64/v8</c> …</param>
/// <param name="Ports"><c>8501/tcp</c> …</param>
/// <param name="Size">Compressed bytes.</param>
public sealed record ImageDetails(
    IReadOnlyList<string> Platforms,
    IReadOnlyList<string> Entrypoint,
    IReadOnlyList<string> Command,
    string? User,
    IReadOnlyList<string> Ports,
    IReadOnlyDictionary<string, string> Labels,
    long Size,
    DateTimeOffset? Created);

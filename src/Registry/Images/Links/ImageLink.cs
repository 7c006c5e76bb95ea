using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images.Links;

/// <summary>A published image that is a version's, pinned by its digest.</summary>
/// <param name="Reference">With the tag under which it was found.</param>
/// <param name="Warning">What is odd about it; null: nothing.</param>
public sealed record ImageLink(string Reference, string Digest, ImageOrigin Origin, ImageDetails Details, string? Warning)
{
    internal static ImageLink Of(PublishedImage image, ImageOrigin origin, string? warning = null) => new(
        image.Reference.ToString(),
        image.Digest,
        origin,
        new(
            image.Platforms, image.Config.Entrypoint, image.Config.Command, image.Config.User, image.Config.Ports, image.Config.Labels, image.Size,
            image.Config.Created),
        warning);

    /// <summary>The version with this image. Stored once: what is pinned never changes.</summary>
    public ComponentVersion ApplyTo(ComponentVersion version) => version with
    {
        Image = Reference,
        ImageDigest = Digest,
        ImageOrigin = Origin,
        ImageDetails = Details,
        ImageFailure = null,
        Warnings = Warning is null ? version.Warnings : [.. version.Warnings, Warning],
    };
}

/// <summary>What looking for a version's published image came to.</summary>
public abstract record LinkOutcome
{
    private LinkOutcome()
    {
    }

    public sealed record Linked(ImageLink Link) : LinkOutcome;

    /// <summary>There is none, and why: the version is built from its files.</summary>
    public sealed record None(string Reason) : LinkOutcome;

    /// <summary>The image registry can't tell (now).</summary>
    public sealed record Failed(RegistryFailure Failure) : LinkOutcome;
}

/// <summary>Another image was pushed under the tag that a version was linked by.</summary>
/// <param name="Version">That goes on meaning its own image.</param>
public sealed record RepushedImage(ComponentVersion Version, ImageLink Now)
{
    /// <summary>Build metadata, in semantic versioning's words: the same version, with another image.</summary>
    public string NewName => $"{Version.Name}{(Version.Name.Contains('+', StringComparison.Ordinal) ? "." : "+")}image.{Now.Digest.Split(':')[1][..12]}";

    public string Warning =>
        $"Another image was pushed as {Now.Reference} ({Now.Digest}). '{Version.Name}' goes on meaning {Version.ImageDigest}; the other is registered as '{NewName}'.";
}

/// <param name="Failures">Image registries that could not tell.</param>
public sealed record RepushLook(IReadOnlyList<RepushedImage> Repushed, IReadOnlyList<RegistryFailure> Failures);

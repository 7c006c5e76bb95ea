using Twinrunner.Client;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Images;

/// <summary>Images as they go over the wire.</summary>
internal static class ImageViews
{
    public static ImageView ToView(this PublishedImage image) => new()
    {
        Reference = image.Reference.ToString(),
        Digest = image.Digest,
        Platforms = image.Platforms,
        Entrypoint = image.Config.Entrypoint,
        Command = image.Config.Command,
        User = image.Config.User,
        Ports = image.Config.Ports,
        Labels = image.Config.Labels,
        Size = image.Size,
        CreatedAt = image.Config.Created,
    };

    /// <summary>Null: no image registry was asked about the version's image.</summary>
    public static ImageView? ToImageView(this ComponentVersion version) => version is not { Image: { } reference, ImageDigest: { } digest, ImageDetails: { } details } ? null : new()
    {
        Reference = reference,
        Digest = digest,
        Platforms = details.Platforms,
        Entrypoint = details.Entrypoint,
        Command = details.Command,
        User = details.User,
        Ports = details.Ports,
        Labels = details.Labels,
        Size = details.Size,
        CreatedAt = details.Created,
    };
}

namespace Twinrunner.Registry.Images;

/// <summary>The engine as the registry sees it: something that has images, pulls them, and builds them.</summary>
public interface IImageBuilder
{
    /// <summary>The digest of the image that the engine has under a name, an id, or <c>name@digest</c>; null: it has none.</summary>
    /// <exception cref="ImageBuilderException">The engine can't be reached.</exception>
    Task<string?> FindAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Gets a published image.</summary>
    Task<ImageResult> PullAsync(string reference, IBuildProgress progress, CancellationToken cancellationToken);

    /// <summary>Builds an image; what goes wrong in its Dockerfile is a result. Cancelling stops the build.</summary>
    /// <param name="context">A tar with the Dockerfile in its root.</param>
    Task<ImageResult> BuildAsync(ImageBuild build, Stream context, IBuildProgress progress, CancellationToken cancellationToken);

    /// <summary>Pushes an image that the engine has to an image registry.</summary>
    /// <param name="target">Its name there.</param>
    /// <returns>That name, and the digest by which anybody can pull it.</returns>
    Task<ImageResult> PushAsync(string reference, string target, IBuildProgress progress, CancellationToken cancellationToken);
}

/// <param name="Reference">Name with tag for the image.</param>
public sealed record ImageBuild(string Reference, IReadOnlyDictionary<string, string> Arguments, IReadOnlyDictionary<string, string> Labels);

/// <summary>The engine can't be reached or is broken; the message says what to do.</summary>
public sealed class ImageBuilderException(string message, Exception? inner = null) : Exception(message, inner);

namespace Twinrunner.Registry.Images;

/// <summary>Gets what happens while an image is pulled or built. Awaiting it is the backpressure.</summary>
public interface IBuildProgress
{
    /// <summary>One line, for people.</summary>
    ValueTask LineAsync(string line, CancellationToken cancellationToken);
}

using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Images.Links;

/// <summary>Links versions to images that people name.</summary>
public sealed class HandLinks(ImageLinker linker, VersionStore versions, EventStore events, TimeProvider time)
{
    /// <param name="image">Name of an image; its tag counts as it is now.</param>
    public async Task<HandLinkOutcome> LinkAsync(Id<ComponentVersion> id, string image, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(image, out var reference, out var fault))
            return new HandLinkOutcome.Refused(fault);
        if (await versions.GetAsync(id, cancellationToken) is not { } version)
            return new HandLinkOutcome.Refused("The version is gone.");
        switch (await linker.TakeAsync(reference, version, ImageOrigin.Hand, cancellationToken))
        {
            case LinkOutcome.Linked { Link: var link }:
                var linked = await versions.UpdateAsync(
                    id, current => IsPinnedToOther(current, link.Digest) ? null : link.ApplyTo(current) with { UpdatedAt = time.GetUtcNow() }, cancellationToken);
                if (linked is null)
                    return Conflict(version);
                await events.AppendAsync(
                    new ExecutionEvent
                    {
                        Id = default,
                        At = time.GetUtcNow(),
                        Type = "component.image",
                        Message = $"{linked.Component.ComponentName} {linked.Name}: {link.Reference}, {link.Digest}, linked by hand.",
                    },
                    cancellationToken);
                return new HandLinkOutcome.Done(linked);
            case LinkOutcome.Failed { Failure: var failure }:
                return new HandLinkOutcome.Failed(failure);
            case var other:
                throw new InvalidOperationException($"Taking an image came to {other}.");
        }
    }

    /// <summary>What was built here can be replaced: a build isn't exact to the byte, and nobody else has it.</summary>
    private static bool IsPinnedToOther(ComponentVersion version, string digest) =>
        version.ImageDigest is { } pinned && pinned != digest && version.ImageOrigin is not (null or ImageOrigin.Build);

    private static HandLinkOutcome.Conflict Conflict(ComponentVersion version) => new(
        $"{version.Component.ComponentName} {version.Name} is pinned to {version.Image}, {version.ImageDigest}. What a version means never changes: tag a new version in its repository.");
}

public abstract record HandLinkOutcome
{
    private HandLinkOutcome()
    {
    }

    public sealed record Done(ComponentVersion Version) : HandLinkOutcome;

    /// <summary>The version has a published image already.</summary>
    public sealed record Conflict(string Message) : HandLinkOutcome;

    /// <summary>What was asked for can't be.</summary>
    public sealed record Refused(string Message) : HandLinkOutcome;

    /// <summary>The image registry doesn't give the image.</summary>
    public sealed record Failed(RegistryFailure Failure) : HandLinkOutcome;
}

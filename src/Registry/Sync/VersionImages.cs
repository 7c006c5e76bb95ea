using Twinrunner.Registry.Components;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images;
using Twinrunner.Registry.Images.Links;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Sync;

/// <summary>
/// Follows the published images of a component's versions: pins those that came up since, and makes a version of an image that was
/// pushed again under a tag that is in use.
/// </summary>
internal sealed class VersionImages(ImageLinker linker, VersionStore versions, RegistryEvents events, TimeProvider time)
{
    /// <summary>Versions that are linked at one look; the rest has its turn at the next ones.</summary>
    private const int MostLinked = 20;

    /// <summary>Images of the newest versions whose tags are looked at again at each look.</summary>
    private const int MostWatched = 10;

    /// <param name="added">Those that this look registered; they are among <paramref name="all"/>.</param>
    public async Task<VersionImagesLook> FollowAsync(
        Component component, IReadOnlyList<ComponentVersion> all, IReadOnlyList<ComponentVersion> added, CancellationToken cancellationToken)
    {
        List<string> warnings = [];
        var isNew = added.Select(version => version.Id).ToHashSet();
        var open = all.Where(version => version.ImageDigest is null && version.Commit.Length == 40 && (isNew.Contains(version.Id) || Named(version)));
        foreach (var version in open.Take(MostLinked))
            if (!await LinkAsync(component, version, warnings, cancellationToken))
                return new([], warnings); // an image registry that doesn't answer is asked again at the next look
        return new(await LookAgainAsync(all, warnings, cancellationToken), warnings);
    }

    private static bool Named(ComponentVersion version) => version.Image is { } image && !ImageName.IsOwn(image);

    /// <summary>False: the image registry can't be asked now.</summary>
    private async Task<bool> LinkAsync(Component component, ComponentVersion version, List<string> warnings, CancellationToken cancellationToken)
    {
        switch (await linker.LinkAsync(component, version, cancellationToken))
        {
            case LinkOutcome.Linked { Link: var link }:
                var linked = await versions.UpdateAsync(
                    version.Id, current => current.ImageDigest is null ? link.ApplyTo(current) with { UpdatedAt = time.GetUtcNow() } : null, cancellationToken);
                if (linked is not null)
                    await events.TellAsync("component.image", $"{component.Name} {version.Name}: {link.Reference}, {link.Digest}", cancellationToken);
                return true;
            case LinkOutcome.None { Reason: var reason } when Named(version):
                warnings.Add($"{version.Name}: {reason}");
                return true;
            case LinkOutcome.Failed { Failure: var failure }:
                warnings.Add($"{version.Name}: {failure.Sentence}");
                return failure.Kind is not (RegistryFailureKind.Unreachable or RegistryFailureKind.Limited);
            default:
                return true;
        }
    }

    private async Task<IReadOnlyList<ComponentVersion>> LookAgainAsync(IReadOnlyList<ComponentVersion> all, List<string> warnings, CancellationToken cancellationToken)
    {
        var watched = all.Select(version => version.Image).OfType<string>().Distinct().Take(MostWatched).ToHashSet();
        var look = await linker.LookAgainAsync([.. all.Where(version => version.Image is { } image && watched.Contains(image))], cancellationToken);
        warnings.AddRange(look.Failures.Select(failure => failure.Sentence));
        List<ComponentVersion> made = [];
        foreach (var repushed in look.Repushed)
        {
            var now = time.GetUtcNow();
            var version = repushed.Now.ApplyTo(repushed.Version) with
            {
                Id = Id<ComponentVersion>.New(time),
                Name = repushed.NewName,
                Warnings = [repushed.Warning],
                CreatedAt = now,
                UpdatedAt = now,
            };
            if (!await versions.TryInsertAsync(version, cancellationToken))
                continue;
            made.Add(version);
            await events.TellAsync("component.version", $"{version.Component.ComponentName} {version.Name}, image {version.ImageDigest}", cancellationToken);
            await events.TellAsync("component.warning", $"{version.Component.ComponentName}: {repushed.Warning}", cancellationToken);
        }
        return made;
    }
}

/// <param name="Made">Versions of images that were pushed again.</param>
internal sealed record VersionImagesLook(IReadOnlyList<ComponentVersion> Made, IReadOnlyList<string> Warnings);

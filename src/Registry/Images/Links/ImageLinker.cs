using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images.Links;

/// <summary>
/// Finds the published image of a version: the one that odtp.yml names, else one in the repository that it names (or in the one that
/// GitHub's container registry keeps for the git repository) whose tag is the version, or whose labels name its commit.
/// </summary>
public sealed class ImageLinker(ImageRegistryClient images, ImageTagLists tags, RegistryOptions options)
{
    /// <summary>Images that are looked into for their labels; each costs a pull of those that the host allows.</summary>
    private const int MostInspected = 10;

    private const string RevisionLabel = "org.opencontainers.image.revision";
    private const string SourceLabel = "org.opencontainers.image.source";

    /// <summary>Looks for the image of a version that has none pinned.</summary>
    public async Task<LinkOutcome> LinkAsync(Component component, ComponentVersion version, CancellationToken cancellationToken)
    {
        if (version.Image is { } named && !ImageName.IsOwn(named))
        {
            if (!ImageReference.TryParse(named, out var reference, out var fault))
                return new LinkOutcome.Failed(new(RegistryFailureKind.Refused, $"component-docker-image can't be used: {fault}"));
            return reference is { Tag: null, Digest: null }
                ? await FindInAsync(reference, component, version, cancellationToken)
                : await TakeAsync(reference, version, ImageOrigin.OdtpFile, cancellationToken);
        }
        // Of a repository with several components it can't be told which one a package is.
        return component.Subfolder.Length == 0 && PackageOf(component.Repository) is { } package
            ? await FindPackageAsync(package, component, version, cancellationToken)
            : new LinkOutcome.None("Its odtp.yml names no image (component-docker-image).");
    }

    /// <summary>Takes the image that somebody named, with its digest as it is now.</summary>
    internal async Task<LinkOutcome> TakeAsync(ImageReference reference, ComponentVersion version, ImageOrigin origin, CancellationToken cancellationToken)
    {
        var answer = await images.InspectAsync(reference, cancellationToken);
        if (!answer.Succeeded)
            return new LinkOutcome.Failed(answer.Failure);
        var warning = RevisionOf(answer.Value) is { } revision && !IsCommit(revision, version)
            ? $"The image {reference} says that it was made from commit {Shortened(revision)}, not from {Shortened(version.Commit)}."
            : null;
        return new LinkOutcome.Linked(ImageLink.Of(answer.Value, origin, warning));
    }

    /// <summary>
    /// Finds which tags, by which <paramref name="versions"/> of one component were linked, point to other images now. One request a
    /// tag, which costs no pull; versions that were linked by a digest, by hand or built here never change.
    /// </summary>
    public async Task<RepushLook> LookAgainAsync(IReadOnlyList<ComponentVersion> versions, CancellationToken cancellationToken)
    {
        List<RepushedImage> repushed = [];
        List<RegistryFailure> failures = [];
        var followed = versions
            .Where(version => version is { ImageDigest: not null, ImageOrigin: ImageOrigin.OdtpFile or ImageOrigin.Tag, Image: not null })
            .GroupBy(version => version.Image!);
        foreach (var ofTag in followed)
        {
            if (!ImageReference.TryParse(ofTag.Key, out var reference, out _) || reference is not { Tag: not null, Digest: null })
                continue;
            var target = await images.ResolveAsync(reference, cancellationToken);
            if (!target.Succeeded)
            {
                // A deleted tag takes nothing away: the digest is pinned.
                if (target.Failure.Kind != RegistryFailureKind.Missing)
                    failures.Add(target.Failure);
                continue;
            }
            if (ofTag.Any(version => version.ImageDigest == target.Value.Digest))
                continue;
            var first = ofTag.MinBy(version => version.CreatedAt)!;
            switch (await TakeAsync(reference, first, first.ImageOrigin!.Value, cancellationToken))
            {
                case LinkOutcome.Linked { Link: var link }:
                    repushed.Add(new(first, link));
                    break;
                case LinkOutcome.Failed { Failure: var failure }:
                    failures.Add(failure);
                    break;
            }
        }
        return new(repushed, failures);
    }

    /// <summary>In a repository that the component's authors named: by tag, else by label.</summary>
    private async Task<LinkOutcome> FindInAsync(ImageReference repository, Component component, ComponentVersion version, CancellationToken cancellationToken)
    {
        var candidates = TagsOf(version);
        foreach (var tag in candidates)
        {
            var found = await images.InspectAsync(repository.WithTag(tag), cancellationToken);
            if (found.Succeeded && (RevisionOf(found.Value) is not { } revision || IsCommit(revision, version)))
                return new LinkOutcome.Linked(ImageLink.Of(found.Value, ImageOrigin.Tag));
            if (!found.Succeeded && found.Failure.Kind != RegistryFailureKind.Missing)
                return new LinkOutcome.Failed(found.Failure);
        }
        var listed = await tags.ListAsync(repository, 2 * MostInspected, cancellationToken);
        if (!listed.Succeeded)
            return new LinkOutcome.Failed(listed.Failure);
        var looked = 0;
        foreach (var tag in listed.Value.Tags.Where(tag => !candidates.Contains(tag.Name)).Take(MostInspected))
        {
            looked++;
            var found = await images.InspectAsync(repository.WithTag(tag.Name), cancellationToken);
            if (found.Succeeded && IsMadeFrom(found.Value, component, version, sourceIsKnown: true))
                return new LinkOutcome.Linked(ImageLink.Of(found.Value, ImageOrigin.Label));
            if (!found.Succeeded && found.Failure.Kind is RegistryFailureKind.Limited or RegistryFailureKind.Unreachable)
                return new LinkOutcome.Failed(found.Failure);
        }
        return new LinkOutcome.None(
            $"{repository.ShortRepository} has no tag {string.Join(" or ", candidates)}, and none of {looked} others says that it was made from commit {Shortened(version.Commit)}.");
    }

    /// <summary>
    /// GitHub's container registry gives OWNER's names to nobody else, so that the repository's own package may be looked for though nobody
    /// named it. At Docker Hub anybody could have taken the name: nothing is guessed there.
    /// </summary>
    private async Task<LinkOutcome> FindPackageAsync(ImageReference package, Component component, ComponentVersion version, CancellationToken cancellationToken)
    {
        foreach (var tag in TagsOf(version))
        {
            var found = await images.InspectAsync(package.WithTag(tag), cancellationToken);
            if (found.Succeeded && IsMadeFrom(found.Value, component, version, sourceIsKnown: false))
                return new LinkOutcome.Linked(ImageLink.Of(found.Value, ImageOrigin.Label));
            if (!found.Succeeded && found.Failure.Kind is RegistryFailureKind.Denied)
                break; // what isn't there is denied, too
            if (!found.Succeeded && found.Failure.Kind is RegistryFailureKind.Limited or RegistryFailureKind.Unreachable)
                return new LinkOutcome.Failed(found.Failure);
        }
        return new LinkOutcome.None($"Its odtp.yml names no image (component-docker-image), and {package} has none of this commit.");
    }

    /// <summary>Tags that a version's image would have: its name with and without <c>v</c>, as far as a tag can be so called, and its commit.</summary>
    private static List<string> TagsOf(ComponentVersion version)
    {
        // A tag can't have the '+' of build metadata; '_' is what takes its place (as with Helm).
        var name = version.Name.Replace('+', '_');
        string[] names = [name, name.StartsWith('v') ? name[1..] : "v" + name, version.Commit, "sha-" + Shortened(version.Commit, 7)];
        return [.. names.Where(ImageReference.IsTag).Distinct()];
    }

    private ImageReference? PackageOf(string repository) =>
        Uri.TryCreate("https://" + RepositoryKey.Of(repository), UriKind.Absolute, out var address) && address.Host == "github.com"
        && ImageReference.TryParse($"{options.GitHubPackages}/{address.AbsolutePath.Trim('/').ToLowerInvariant()}", out var package, out _)
            ? package
            : null;

    private static bool IsMadeFrom(PublishedImage image, Component component, ComponentVersion version, bool sourceIsKnown) =>
        RevisionOf(image) is { } revision && IsCommit(revision, version)
        && (sourceIsKnown
            || (image.Config.Labels.GetValueOrDefault(SourceLabel) is { } source && RepositoryKey.Of(source) == RepositoryKey.Of(component.Repository)));

    private static string? RevisionOf(PublishedImage image) =>
        image.Config.Labels.GetValueOrDefault(RevisionLabel) is { Length: >= 7 } revision && revision.All(char.IsAsciiHexDigit) ? revision : null;

    private static bool IsCommit(string revision, ComponentVersion version) => version.Commit.StartsWith(revision, StringComparison.OrdinalIgnoreCase);

    private static string Shortened(string commit, int digits = 12) => commit[..Math.Min(digits, commit.Length)];
}

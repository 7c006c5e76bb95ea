using System.Text.RegularExpressions;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>
/// The reading half of the OCI distribution specification (github.com/opencontainers/distribution-spec), on any host. Whatever was named by
/// a digest is hashed; what doesn't hash to it is refused.
/// </summary>
public sealed partial class ImageRegistryClient
{
    /// <summary>What registries accept at most (specification, "Pushing manifests").</summary>
    private const int MaxManifestBytes = 4 << 20;

    private const int MaxConfigBytes = 8 << 20;
    private const int MaxTagPageBytes = 4 << 20;
    private const int TagPage = 1000;
    private const int MaxIndexEntries = 1000;

    private const string Docker = "application/vnd.docker.distribution.manifest";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    private static readonly string[] ManifestTypes = [OciIndex, $"{Docker}.list.v2+json", OciManifest, $"{Docker}.v2+json"];
    private static readonly string[] ConfigTypes = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

    private readonly RegistrySession _session;

    internal ImageRegistryClient(RegistrySession session) => _session = session;

    /// <summary>The digest that a tag (<c>latest</c> where none is written) points to now. It costs the host nothing, and no pull.</summary>
    public async Task<RegistryAnswer<TagTarget>> ResolveAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var answer = await _session.SendAsync(
            new(HttpMethod.Head, image, "manifests/" + NameOf(image), ManifestTypes, 0), cancellationToken);
        if (!answer.Succeeded)
            return answer.Failure;
        if (answer.Value.Digest is { } digest && ContentDigest.IsValid(digest))
            return image.Digest is null || image.Digest == digest ? new TagTarget(digest) : Lie(image, image.Digest);
        // A host that doesn't say it in the header has to show the content.
        var manifest = await GetManifestAsync(image, NameOf(image), cancellationToken);
        return manifest.Succeeded ? new TagTarget(manifest.Value.Digest) : manifest.Failure;
    }

    /// <summary>Everything about an image. Two or three requests, one or two of which count as pulls.</summary>
    public async Task<RegistryAnswer<PublishedImage>> InspectAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var top = await GetManifestAsync(image, NameOf(image), cancellationToken);
        if (!top.Succeeded)
            return top.Failure;
        var (manifest, platforms) = (top.Value.Manifest, new List<ImagePlatform>());
        if (manifest.Manifests is { } entries)
        {
            if (entries.Count > MaxIndexEntries)
                return Refused(image, $"its index has {entries.Count:N0} entries");
            var images = entries.Where(IsImage).Select(entry => (Entry: entry!, Platform: PlatformOf(entry!.Platform))).ToList();
            if (images.Count == 0)
                return Refused(image, "its index names no image");
            platforms.AddRange(images.Select(one => one.Platform));
            var chosen = images.Find(one => one.Platform.Fits(ImagePlatform.Here)) is { Entry: not null } fitting ? fitting : images[0];
            var child = await GetManifestAsync(image, chosen.Entry.Digest!, cancellationToken);
            if (!child.Succeeded)
                return child.Failure;
            manifest = child.Value.Manifest;
        }
        if (manifest is not { Config: { Digest: { } digest } config, Layers: { } layers } || !ContentDigest.IsValid(digest))
            return Refused(image, "it has no manifest of an image");
        if (!ConfigTypes.Contains(config.MediaType))
            return Refused(image, $"it is not an image, but {config.MediaType}");
        var content = await GetConfigAsync(image, digest, cancellationToken);
        if (!content.Succeeded)
            return content.Failure;
        if (platforms.Count == 0)
            platforms.Add(PlatformOf(new(content.Value.Os, content.Value.Architecture, content.Value.Variant)));
        return new PublishedImage(
            image, top.Value.Digest, [.. platforms.Select(platform => platform.ToString()).Distinct()], ConfigOf(content.Value),
            layers.Sum(layer => Math.Max(0, layer?.Size ?? 0)) + Math.Max(0, config.Size));
    }

    /// <summary>Names of the repository's tags, in the host's order.</summary>
    public async Task<RegistryAnswer<PublishedTags>> ListTagsAsync(ImageReference repository, int limit, CancellationToken cancellationToken)
    {
        List<PublishedTag> tags = [];
        var path = $"tags/list?n={Math.Min(limit, TagPage)}";
        var seen = new HashSet<string>();
        while (true)
        {
            var answer = await _session.SendAsync(new(HttpMethod.Get, repository, path, ["application/json"], MaxTagPageBytes), cancellationToken);
            if (!answer.Succeeded)
                return answer.Failure;
            if (RegistryHttp.Parse(answer.Value.Content, RegistryJson.Default.WireTags) is not { } page)
                return Refused(repository, "its list of tags can't be read");
            tags.AddRange((page.Tags ?? []).OfType<string>().Where(ImageReference.IsTag).Select(tag => new PublishedTag(tag)));
            var next = NextOf(answer.Value.Link);
            // A page that comes twice, or a next page in spite of nothing on this one, would go on for ever.
            if (tags.Count >= limit || next is null || page.Tags is not { Count: > 0 } || !seen.Add(next))
                return new PublishedTags(tags.Count <= limit ? tags : tags[..limit], Complete: tags.Count <= limit && next is null);
            path = "tags/list?" + next;
        }
    }

    private async Task<RegistryAnswer<CheckedManifest>> GetManifestAsync(ImageReference image, string name, CancellationToken cancellationToken)
    {
        var answer = await _session.SendAsync(
            new(HttpMethod.Get, image, "manifests/" + name, ManifestTypes, MaxManifestBytes, CountsAsPull: true), cancellationToken);
        if (!answer.Succeeded)
            return answer.Failure;
        var (content, said) = (answer.Value.Content, answer.Value.Digest);
        var expected = ContentDigest.IsValid(name) ? name : said is not null && ContentDigest.IsValid(said) ? said : ContentDigest.Of(content);
        if (!ContentDigest.Matches(expected, content))
            return Lie(image, expected);
        if (RegistryHttp.Parse(content, RegistryJson.Default.WireManifest) is not { } manifest)
            return Refused(image, "its manifest can't be read");
        if (manifest.SchemaVersion == 1)
            return Refused(image, "it is in Docker's old format (schema 1), which engines no longer pull: push it again with a current Docker");
        return new CheckedManifest(manifest, expected);
    }

    private async Task<RegistryAnswer<WireImage>> GetConfigAsync(ImageReference image, string digest, CancellationToken cancellationToken)
    {
        var answer = await _session.SendAsync(new(HttpMethod.Get, image, "blobs/" + digest, ["*/*"], MaxConfigBytes), cancellationToken);
        if (!answer.Succeeded)
            return answer.Failure;
        if (!ContentDigest.Matches(digest, answer.Value.Content))
            return Lie(image, digest);
        return RegistryHttp.Parse(answer.Value.Content, RegistryJson.Default.WireImage) is { } config ? config : Refused(image, "its configuration can't be read");
    }

    private static string NameOf(ImageReference image) => image.Digest ?? image.Tag ?? "latest";

    /// <summary>BuildKit's attestations stand in the same index, as images for no platform.</summary>
    private static bool IsImage(WireDescriptor? entry) =>
        entry is { Digest: { } digest } && ContentDigest.IsValid(digest)
        && ManifestTypes.Contains(entry.MediaType)
        && entry.Platform is not { Os: "unknown" }
        && entry.Annotations?.ContainsKey("vnd.docker.reference.type") != true;

    private static ImagePlatform PlatformOf(WirePlatform? platform) => new(platform?.Os ?? "linux", platform?.Architecture ?? "unknown", platform?.Variant);

    private static PublishedConfig ConfigOf(WireImage image) => new(
        image.Config?.Entrypoint ?? [],
        image.Config?.Cmd ?? [],
        image.Config?.User is { Length: > 0 } user ? user : null,
        image.Config?.WorkingDir is { Length: > 0 } folder ? folder : null,
        [.. image.Config?.ExposedPorts?.Keys.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>()],
        image.Config?.Labels?.Where(label => label.Value is not null).ToDictionary(label => label.Key, label => label.Value!) ?? [],
        image.Created);

    /// <summary>The query of <c>Link: &lt;/v2/name/tags/list?n=…&amp;last=…&gt;; rel="next"</c>. Only that: the rest of the address is known, whatever is written there.</summary>
    private static string? NextOf(string? link) =>
        link is { Length: < 4096 } && Next().Match(link) is { Success: true } match ? match.Groups["query"].Value : null;

    private static RegistryFailure Lie(ImageReference image, string digest) => new(
        RegistryFailureKind.Refused,
        $"{image.Host} lies about {image}: what it sent doesn't have the digest {digest}. It isn't used. Ask who runs that image registry, or use another.");

    private static RegistryFailure Refused(ImageReference image, string why) => new(RegistryFailureKind.Refused, $"The image {image} can't be used: {why}.");

    [GeneratedRegex("""<[^<>?]*\?(?<query>[A-Za-z0-9_.~%=&:/+-]+)>\s*;\s*rel="?next"?""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Next();

    private sealed record CheckedManifest(WireManifest Manifest, string Digest);
}

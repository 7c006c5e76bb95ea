using Twinrunner.Registry.Components;
using Twinrunner.Registry.Odtp;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Images;

/// <summary>Sees to it that the engine has a version's image: the published one that odtp.yml names, or one built from the version's files.</summary>
public sealed class ComponentImages
{
    private readonly VersionStore _versions;
    private readonly EventStore _events;
    private readonly BuildLogs _logs;
    private readonly VersionFiles _files;
    private readonly BuildContext _context;
    private readonly IImageBuilder _builder;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly SharedBuilds _builds = new();

    public ComponentImages(
        VersionStore versions, EventStore events, BuildLogs logs, VersionFiles files, IImageBuilder builder, RegistryOptions options, TimeProvider time)
    {
        _versions = versions;
        _events = events;
        _logs = logs;
        _files = files;
        _context = new(files);
        _builder = builder;
        _options = options;
        _time = time;
    }

    /// <summary>
    /// The image, which may be pulled or built meanwhile: once, however many ask for it. The version then holds its digest; an image
    /// that is gone from the engine is got again.
    /// </summary>
    public async Task<ImageResult> EnsureAsync(Id<ComponentVersion> version, IBuildProgress progress, CancellationToken cancellationToken)
    {
        if (await _versions.GetAsync(version, cancellationToken) is not { } found)
            return ImageResult.Failed(FailureReason.ImageBuild, $"There is no version '{version}' in the catalogue any more.");
        try
        {
            return await FindKnownAsync(found, cancellationToken) is { } known && !WaitsForPush(known)
                ? known
                : await _builds.JoinAsync(version, progress, (all, token) => MakeAsync(version, all, token), cancellationToken);
        }
        catch (ImageBuilderException exception)
        {
            return ImageResult.Failed(FailureReason.Infrastructure, exception.Message);
        }
    }

    /// <summary>The published image that a version is pinned to, for where nodes pull by themselves. Null: it has none.</summary>
    public async Task<ImageResult?> FindPublishedAsync(Id<ComponentVersion> version, CancellationToken cancellationToken) =>
        await _versions.GetAsync(version, cancellationToken) is { Image: { } image, ImageDigest: { } digest } && !ImageName.IsOwn(image)
            ? ImageResult.Ready(image, digest)
            : null;

    private async Task<ImageResult?> FindKnownAsync(ComponentVersion version, CancellationToken cancellationToken)
    {
        if (version is not { Image: { } image, ImageDigest: { } digest })
            return null;
        var found = await _builder.FindAsync(digest, cancellationToken)
            ?? (ImageName.IsOwn(image) ? null : await _builder.FindAsync($"{WithoutTag(image)}@{digest}", cancellationToken));
        return found is null ? null : ImageResult.Ready(image, digest);
    }

    private async Task<ImageResult> MakeAsync(Id<ComponentVersion> id, IBuildProgress progress, CancellationToken cancellationToken)
    {
        // Read again: a build that ended while this one waited to begin may have left its image.
        if (await _versions.GetAsync(id, cancellationToken) is not { } version)
            return ImageResult.Failed(FailureReason.ImageBuild, $"There is no version '{id}' in the catalogue any more.");
        var known = await FindKnownAsync(version, cancellationToken);
        if (known is not null && !WaitsForPush(known))
            return known;
        var log = _logs.Begin(version, progress);
        try
        {
            await log.LineAsync($"Getting the image of {Title(version)}, commit {version.Commit[..Math.Min(12, version.Commit.Length)]}", cancellationToken);
            var image = await TryAsync(version, known, log, cancellationToken);
            if (!image.Succeeded)
            {
                await log.LineAsync(image.Message, cancellationToken);
                await _versions.UpdateAsync(version.Id, current => current with { ImageFailure = image.Message, UpdatedAt = _time.GetUtcNow() }, cancellationToken);
            }
            return image;
        }
        finally
        {
            await _logs.EndAsync(version, log, CancellationToken.None);
        }
    }

    private async Task<ImageResult> TryAsync(ComponentVersion version, ImageResult? known, BuildLog log, CancellationToken cancellationToken)
    {
        try
        {
            return known is null ? await GetAsync(version, log, cancellationToken) : await PushAsync(version, known, log, cancellationToken);
        }
        catch (ImageBuilderException exception)
        {
            return ImageResult.Failed(FailureReason.Infrastructure, exception.Message);
        }
    }

    private async Task<ImageResult> GetAsync(ComponentVersion version, BuildLog log, CancellationToken cancellationToken)
    {
        var look = await _context.LookAsync(version, cancellationToken);
        if (version.Image is { } published && !ImageName.IsOwn(published))
        {
            var (pulled, origin) = await GetPublishedAsync(version, published, log, cancellationToken);
            if (pulled.Succeeded)
                return await SaveAsync(version, pulled, origin, cancellationToken);
            if (version is { ImageDigest: not null, ImageOrigin: not (null or ImageOrigin.Build) })
                return ImageResult.Failed(pulled.Reason.Value, $"{pulled.Message} {Title(version)} is pinned to that image, so that nothing else is run in its place.");
            if (look is not { HasDockerfile: true })
                return pulled;
            await log.LineAsync($"{pulled.Message} It is built from the component's files instead.", cancellationToken);
        }
        if (look is null)
        {
            await log.LineAsync($"The files of {Title(version)} are not in the object store: getting them from {version.Component.RepoLink}", cancellationToken);
            if (await _files.RestoreAsync(version, cancellationToken) is { } why)
                return ImageResult.Failed(FailureReason.ImageBuild, $"The files of {Title(version)} can't be had: {why}");
            look = await _context.LookAsync(version, cancellationToken);
        }
        return look switch
        {
            null => ImageResult.Failed(FailureReason.Infrastructure, $"The files of {Title(version)} were stored and are gone again: look after the object store."),
            { HasDockerfile: false } => ImageResult.Failed(FailureReason.ImageBuild, $"{Title(version)} has no Dockerfile, so no image can be built of it."),
            _ => await BuildAsync(version, look.Rules, log, cancellationToken),
        };
    }

    /// <summary>What the engine has under a name that was never pinned may be anybody's: then the origin stays open.</summary>
    private async Task<(ImageResult Image, ImageOrigin? Origin)> GetPublishedAsync(ComponentVersion version, string image, BuildLog log, CancellationToken cancellationToken)
    {
        // Once a digest is pinned, a tag that somebody pushed again must not bring other bytes.
        var reference = version.ImageDigest is { } digest ? $"{WithoutTag(image)}@{digest}" : image;
        if (await _builder.FindAsync(reference, cancellationToken) is { } found)
            return (ImageResult.Ready(image, version.ImageDigest ?? found), version.ImageOrigin);
        await log.LineAsync($"Pulling {reference}", cancellationToken);
        var pulled = await _builder.PullAsync(reference, log, cancellationToken);
        return (pulled.Succeeded ? ImageResult.Ready(image, version.ImageDigest ?? pulled.Digest) : pulled, version.ImageOrigin ?? ImageOrigin.OdtpFile);
    }

    private async Task<ImageResult> BuildAsync(ComponentVersion version, DockerIgnore? rules, BuildLog log, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.BuildTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var build = new ImageBuild(ImageName.Of(version), BuildArguments.Read(version.BuildArgs), Labels(version));
        ImageResult built;
        try
        {
            await log.LineAsync($"Building {build.Reference} from commit {version.Commit[..12]} of {version.Component.RepoLink}", linked.Token);
            built = await _context.UseAsync(version, rules, context => _builder.BuildAsync(build, context, log, linked.Token), linked.Token);
            if (!built.Succeeded)
                built = ImageResult.Failed(built.Reason.Value, log.Explain(built.Message));
            else if (WaitsForPush(built))
                built = await PushAsync(built, log, linked.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            built = ImageResult.Failed(FailureReason.ImageBuild, log.Explain($"it took longer than {_options.BuildTimeout.TotalMinutes:0.#} minutes and was stopped"));
        }
        return built.Succeeded ? await SaveAsync(version, built, ImageOrigin.Build, cancellationToken) : built;
    }

    /// <summary>It was built here, and the operator wants what is built here in an image registry.</summary>
    private bool WaitsForPush(ImageResult image) => _options.PushImagesTo is not null && image.Reference is { } reference && ImageName.IsOwn(reference);

    private async Task<ImageResult> PushAsync(ComponentVersion version, ImageResult image, BuildLog log, CancellationToken cancellationToken)
    {
        var pushed = await PushAsync(image, log, cancellationToken);
        return pushed.Succeeded ? await SaveAsync(version, pushed, ImageOrigin.Build, cancellationToken) : pushed;
    }

    private async Task<ImageResult> PushAsync(ImageResult image, BuildLog log, CancellationToken cancellationToken)
    {
        var target = ImageName.In(_options.PushImagesTo!, image.Reference!);
        await log.LineAsync($"Pushing {target}", cancellationToken);
        return await _builder.PushAsync(image.Reference!, target, log, cancellationToken);
    }

    /// <summary>Pins the image in the version. One that was pinned and is gone may come out with another digest (a build isn't exact to the byte): that is told.</summary>
    private async Task<ImageResult> SaveAsync(ComponentVersion version, ImageResult image, ImageOrigin? origin, CancellationToken cancellationToken)
    {
        await _versions.UpdateAsync(
            version.Id,
            current => current.Image == image.Reference && current.ImageDigest == image.Digest && current.ImageFailure is null
                ? current
                : current with { Image = image.Reference, ImageDigest = image.Digest, ImageOrigin = origin, ImageFailure = null, UpdatedAt = _time.GetUtcNow() },
            cancellationToken);
        var again = version.ImageDigest is { } before && before != image.Digest && version.Image == image.Reference ? $" The image was gone from the engine; it was {before} before." : "";
        await _events.AppendAsync(
            new ExecutionEvent { Id = default, At = _time.GetUtcNow(), Type = "component.image", Message = $"{Title(version)}: {image.Reference}, {image.Digest}.{again}" },
            cancellationToken);
        return image;
    }

    private static Dictionary<string, string> Labels(ComponentVersion version) => new()
    {
        ["org.opencontainers.image.source"] = version.Component.RepoLink,
        ["org.opencontainers.image.revision"] = version.Commit,
        ["org.opencontainers.image.version"] = version.Name,
        ["org.opencontainers.image.title"] = version.Component.ComponentName,
    };

    private static string WithoutTag(string reference)
    {
        var name = reference.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[..colon] : name;
    }

    private static string Title(ComponentVersion version) => $"{version.Component.ComponentName} {version.Name}";
}

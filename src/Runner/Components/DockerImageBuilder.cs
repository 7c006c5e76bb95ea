using System.Net;
using Twinrunner.Registry.Images;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using EngineImageName = Twinrunner.Runner.Executors.Docker.Engine.ImageName;

namespace Twinrunner.Runner.Components;

/// <summary>Finds, pulls and builds images on the node's container engine.</summary>
internal sealed class DockerImageBuilder(DockerEngine engine, IRegistryLogins logins) : IImageBuilder
{
    public async Task<string?> FindAsync(string reference, CancellationToken cancellationToken)
    {
        try
        {
            return await engine.FindImageAsync(reference, cancellationToken) is { } image
                ? image.DigestIn(EngineImageName.Parse(reference).Repository)
                : null;
        }
        catch (DockerException exception) when (exception.Status == HttpStatusCode.BadRequest)
        {
            return null; // not the name of an image
        }
        catch (DockerException exception)
        {
            throw Broken(exception);
        }
    }

    public async Task<ImageResult> PullAsync(string reference, IBuildProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var login = await logins.FindAsync(EngineImageName.Parse(reference), cancellationToken);
            await engine.PullImageAsync(reference, login, update => TellAsync(update, progress, cancellationToken), cancellationToken);
        }
        catch (DockerException exception) when (!exception.IsUnreachable)
        {
            return ImageResult.Failed(FailureReason.ImagePull, EngineFailures.DescribePull(reference, exception));
        }
        catch (DockerException exception)
        {
            throw Broken(exception);
        }
        return await FindAsync(reference, cancellationToken) is { } digest
            ? ImageResult.Ready(reference, digest)
            : ImageResult.Failed(FailureReason.ImagePull, $"What was pulled as {reference} is not that image.");
    }

    public async Task<ImageResult> BuildAsync(ImageBuild build, Stream context, IBuildProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            var options = new BuildOptions
            {
                Tags = [build.Reference],
                BuildArguments = build.Arguments,
                Labels = build.Labels,
                Credentials = await logins.AllAsync(cancellationToken),
            };
            var id = await engine.BuildImageAsync(context, options, line => progress.LineAsync(line, cancellationToken), cancellationToken);
            return ImageResult.Ready(build.Reference, id);
        }
        catch (DockerException exception) when (!exception.IsUnreachable)
        {
            return ImageResult.Failed(FailureReason.ImageBuild, EngineFailures.DescribeBuild(exception));
        }
        catch (DockerException exception)
        {
            throw Broken(exception);
        }
    }

    public async Task<ImageResult> PushAsync(string reference, string target, IBuildProgress progress, CancellationToken cancellationToken)
    {
        var name = EngineImageName.Parse(target);
        try
        {
            await engine.TagImageAsync(reference, name.Repository, name.Tag!, cancellationToken);
            var login = await logins.FindAsync(name, cancellationToken);
            return ImageResult.Ready(
                target, await engine.PushImageAsync(name, login, update => TellAsync(update, progress, cancellationToken), cancellationToken));
        }
        catch (DockerException exception) when (!exception.IsUnreachable)
        {
            return ImageResult.Failed(
                EngineFailures.IsRegistryAway(exception) ? FailureReason.Infrastructure : FailureReason.ImageBuild, EngineFailures.DescribePush(target, exception));
        }
        catch (DockerException exception)
        {
            throw Broken(exception);
        }
    }

    /// <summary>A line for each layer's stages; the counting of bytes in between would be thousands.</summary>
    private static ValueTask TellAsync(EngineProgress update, IBuildProgress progress, CancellationToken cancellationToken) =>
        update is { Status: { } status, Detail: null or { Total: null } }
            ? progress.LineAsync(update.Id is { } layer ? $"{layer}: {status}" : status, cancellationToken)
            : ValueTask.CompletedTask;

    private static ImageBuilderException Broken(DockerException exception) =>
        new($"The container engine can't be used: {exception.Message}", exception);
}

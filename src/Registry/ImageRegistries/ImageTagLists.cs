namespace Twinrunner.Registry.ImageRegistries;

/// <summary>Tags of a repository on any host, from where most is told of them.</summary>
public sealed class ImageTagLists(ImageRegistryClient images, DockerHubClient hub)
{
    /// <summary>Docker Hub's own list has the newest first, with dates, but only of what is public; elsewhere the order is the host's.</summary>
    public async Task<RegistryAnswer<PublishedTags>> ListAsync(ImageReference repository, int limit, CancellationToken cancellationToken) =>
        repository.IsOnDockerHub && await hub.ListTagsAsync(repository, limit, cancellationToken) is { Succeeded: true } newest
            ? newest
            : await images.ListTagsAsync(repository, limit, cancellationToken);
}

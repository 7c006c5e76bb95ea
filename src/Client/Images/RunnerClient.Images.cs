namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Images = Api + "images";

    /// <summary>What an image registry says of an image.</summary>
    /// <exception cref="ApiException">The image registry has no such image, wants a login, or can't be asked.</exception>
    public Task<ImageView> GetImageAsync(string reference, CancellationToken cancellationToken) =>
        GetAsync(Query(Images, ("reference", reference)), WireJson.Default.ImageView, cancellationToken);

    /// <summary>Tags of a repository; of Docker Hub's the newest first.</summary>
    /// <exception cref="ApiException">The image registry has no such repository, wants a login, or can't be asked.</exception>
    public Task<ImageTagsView> ListImageTagsAsync(string repository, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Images + "/tags", ("repository", repository), ("limit", limit?.ToString())), WireJson.Default.ImageTagsView, cancellationToken);

    /// <summary>The limits of the image registries that were asked for something.</summary>
    public Task<ImageRegistriesView> ListImageRegistriesAsync(CancellationToken cancellationToken) =>
        GetAsync(Api + "image-registries", WireJson.Default.ImageRegistriesView, cancellationToken);

    /// <summary>Has a version's image got: pulled, or built from its files. It goes on when the client leaves.</summary>
    public Task<ImageRequestView> BuildImageAsync(string component, string version, CancellationToken cancellationToken) =>
        PostAsync($"{VersionPath(component, version)}/build", WireJson.Default.ImageRequestView, cancellationToken);

    /// <summary>What getting the version's image prints until it is over, or printed the last time.</summary>
    /// <exception cref="ApiException">Also when nobody tried.</exception>
    public IAsyncEnumerable<SseEvent<BuildLineView>> FollowBuildLogAsync(string component, string version, string? after, CancellationToken cancellationToken) =>
        FollowAsync($"{VersionPath(component, version)}/build-log", WireJson.Default.BuildLineView, after, cancellationToken);

    /// <summary>Links a version to a published image, with the digest that it has now.</summary>
    /// <exception cref="ApiException">The image can't be had, or the version has another one.</exception>
    public Task<VersionView> LinkImageAsync(string component, string version, LinkImage image, CancellationToken cancellationToken) =>
        PutAsync($"{VersionPath(component, version)}/image", image, WireJson.Default.LinkImage, WireJson.Default.VersionView, cancellationToken);
}

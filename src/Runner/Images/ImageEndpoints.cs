using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images.Links;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Components;

namespace Twinrunner.Runner.Images;

internal static class ImageEndpoints
{
    private const int DefaultTags = 50;
    private const int MaxTags = 1000;

    public static void MapImages(this IEndpointRouteBuilder api)
    {
        var images = api.MapGroup("/images").WithTags("Images");
        images.MapGet("", GetAsync).WithName("GetImage").WithSummary("What an image registry says of an image: digest, platforms, configuration");
        images.MapGet("/tags", ListTagsAsync).WithName("ListImageTags").WithSummary("Tags of a repository in an image registry; Docker Hub's newest first, with their dates");
        api.MapGet("/image-registries", ListRegistries).WithTags("Images").WithName("ListImageRegistries").WithSummary("What image registries last said of their limits");
        api.MapPut("/components/{component}/versions/{version}/image", LinkAsync).WithTags("Components").WithName("LinkImage")
            .WithSummary("Link a version to a published image, pinned by the digest that it has now");
        api.MapBuilds();
    }

    private static async Task<Results<Ok<ImageView>, Problem>> GetAsync(string reference, ImageRegistryClient images, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(reference, out var parsed, out var fault))
            return Problem.InvalidRequest(fault);
        var answer = await images.InspectAsync(parsed, cancellationToken);
        return answer.Succeeded ? TypedResults.Ok(answer.Value.ToView()) : ToProblem(answer.Failure);
    }

    private static async Task<Results<Ok<ImageTagsView>, Problem>> ListTagsAsync(
        string repository, int? limit, ImageTagLists tags, CancellationToken cancellationToken)
    {
        if (!ImageReference.TryParse(repository, out var parsed, out var fault))
            return Problem.InvalidRequest(fault);
        var answer = await tags.ListAsync(parsed, Math.Clamp(limit ?? DefaultTags, 1, MaxTags), cancellationToken);
        return answer.Succeeded
            ? TypedResults.Ok(new ImageTagsView(
                parsed.ShortRepository, [.. answer.Value.Tags.Select(tag => new ImageTagView(tag.Name, tag.Digest, tag.PushedAt, tag.Size))], answer.Value.Complete))
            : ToProblem(answer.Failure);
    }

    private static Ok<ImageRegistriesView> ListRegistries(PullLimits limits) => TypedResults.Ok(new ImageRegistriesView(
    [
        .. limits.All.Select(limit => new ImageRegistryView(limit.Host, limit.Limit, limit.Remaining, limit.Window.TotalSeconds, limit.Until, limit.SeenAt)),
    ]));

    private static async Task<Results<Ok<VersionView>, Problem>> LinkAsync(
        string component, string version, LinkImage body, ComponentService components, HandLinks links, CancellationToken cancellationToken)
    {
        if (await VersionEndpoints.FindAsync(component, version, components, cancellationToken) is not { } found)
            return VersionEndpoints.NotFound(component, version);
        return await links.LinkAsync(found.Id, body.Image, cancellationToken) switch
        {
            HandLinkOutcome.Done done => TypedResults.Ok(done.Version.ToView()),
            HandLinkOutcome.Conflict conflict => Problem.Conflict(conflict.Message),
            HandLinkOutcome.Refused refused => Problem.InvalidRequest(refused.Message),
            HandLinkOutcome.Failed failed => ToProblem(failed.Failure),
            var other => throw new InvalidOperationException($"Linking came to {other}."),
        };
    }

    private static Problem ToProblem(RegistryFailure failure) => failure.Kind switch
    {
        RegistryFailureKind.Missing => Problem.NotFound(failure.Sentence),
        RegistryFailureKind.Limited or RegistryFailureKind.Unreachable => Problem.Unavailable(failure.Sentence),
        _ => Problem.InvalidRequest(failure.Sentence),
    };
}

using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Images;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Components;

namespace Twinrunner.Runner.Images;

/// <summary>Getting a version's image, and watching it being got.</summary>
internal static class BuildEndpoints
{
    public static void MapBuilds(this IEndpointRouteBuilder api)
    {
        var version = api.MapGroup("/components/{component}/versions/{version}").WithTags("Components");
        version.MapPost("/build", BuildAsync).WithName("BuildImage").WithSummary("Have a version's image pulled, or built from its files; its build log can then be followed")
            .Produces<ImageRequestView>().Produces<ImageRequestView>(StatusCodes.Status202Accepted);
        version.MapGet("/build-log", LogAsync).WithName("GetBuildLog").WithSummary("What getting a version's image printed last; as events, also what it prints now")
            .Produces<string>(StatusCodes.Status200OK, "text/plain").Produces<BuildLineView>(StatusCodes.Status200OK, "text/event-stream");
    }

    private static async Task<IResult> BuildAsync(
        string component, string version, ComponentService components, ImageRequests requests, CancellationToken cancellationToken)
    {
        if (await VersionEndpoints.FindAsync(component, version, components, cancellationToken) is not { } found)
            return VersionEndpoints.NotFound(component, version);
        var known = await requests.RequestAsync(found.Id, cancellationToken);
        var view = (await VersionEndpoints.FindAsync(component, found.Id.ToString(), components, cancellationToken) ?? found).ToView();
        return known is null ? TypedResults.Accepted(view.BuildLogHref, new ImageRequestView(view, Running: true))
            : known.Succeeded ? TypedResults.Ok(new ImageRequestView(view, Running: false))
            : Problem.Unavailable(known.Message);
    }

    private static async Task<IResult> LogAsync(
        string component, string version, ComponentService components, BuildLogs logs, HttpRequest request, CancellationToken cancellationToken)
    {
        if (await VersionEndpoints.FindAsync(component, version, components, cancellationToken) is not { } found)
            return VersionEndpoints.NotFound(component, version);
        var none = Problem.NotFound($"Nobody tried to get the image of {found.Component.ComponentName} {found.Name} here.");
        if (!request.WantsEvents())
            return await logs.OpenAsync(found, cancellationToken) is { } text ? TypedResults.Stream(text, "text/plain; charset=utf-8") : none;
        var after = long.TryParse(request.LastEventId(), NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
        return await logs.FollowAsync(found, after, cancellationToken) is { } lines
            ? new SseResult<BuildLineView>(token => EventsAsync(lines, token), WireJson.Default.BuildLineView, "the image was got, or could not be")
            : none;
    }

    private static async IAsyncEnumerable<SseEvent<BuildLineView>> EventsAsync(
        IAsyncEnumerable<BuildLine> lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken))
            yield return new(line.Number.ToString(CultureInfo.InvariantCulture), new(line.Number, line.Text));
    }
}

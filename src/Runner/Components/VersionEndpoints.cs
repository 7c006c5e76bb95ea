using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.GitHub;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Components;

internal static class VersionEndpoints
{
    private const int LongestReason = 500;

    public static void MapVersionEndpoints(this IEndpointRouteBuilder api)
    {
        var versions = api.MapGroup("/components/{component}/versions").WithTags("Components");
        versions.MapGet("", ListAsync).WithName("ListVersions").WithSummary("Versions of a component in semantic order, the latest first");
        versions.MapGet("/{version}", GetAsync).WithName("GetVersion").WithSummary("One version, by name, id or commit, or the latest or stable one");
        versions.MapPost("/{version}/deprecate", DeprecateAsync).WithName("DeprecateVersion").WithSummary("Mark a version as no longer to be used");
        versions.MapPost("/{version}/reactivate", ReactivateAsync).WithName("ReactivateVersion").WithSummary("Take back a version's deprecation");
        versions.MapPost("/{version}/yank", YankAsync).WithName("YankVersion").WithSummary("Say that a version must not be used any more, and why")
            .WithDescription("Neither latest nor stable means it from then on; workflows that name exactly this version still run, with a warning.");
        versions.MapPost("/{version}/unyank", UnyankAsync).WithName("UnyankVersion").WithSummary("Take back a version's yank");
    }

    private static async Task<Results<Ok<Page<VersionView>>, Problem>> ListAsync(
        string component, Id<ComponentVersion>? after, int? limit, ComponentService components, GitHubReleases releases, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (await components.FindAsync(component, cancellationToken) is not { } found)
            return ComponentEndpoints.NotFound(component);
        var versions = await components.VersionsAsync(found.Id, cancellationToken);
        var released = await releases.FindAsync(found.Id, cancellationToken);
        // In semantic order ids don't ascend: the page begins behind the version that the cursor names.
        var rest = after is { } cursor ? versions.SkipWhile(version => version.Id != cursor).Skip(1) : versions;
        return TypedResults.Ok(rest.Take(size + 1).ToList().ToPage(size, request, version => version.Id, version => version.ToView(released)));
    }

    private static async Task<Results<Ok<VersionView>, Problem>> GetAsync(
        string component, string version, ComponentService components, GitHubReleases releases, CancellationToken cancellationToken) =>
        await FindAsync(component, version, components, cancellationToken) is { } found
            ? TypedResults.Ok(found.ToView(await releases.FindAsync(found.ComponentId, cancellationToken)))
            : NotFound(component, version);

    private static Task<Results<Ok<VersionView>, Problem>> DeprecateAsync(
        string component, string version, ComponentService components, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, version, true, components, cancellationToken);

    private static Task<Results<Ok<VersionView>, Problem>> ReactivateAsync(
        string component, string version, ComponentService components, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, version, false, components, cancellationToken);

    private static async Task<Results<Ok<VersionView>, Problem>> SetDeprecatedAsync(
        string component, string version, bool deprecated, ComponentService components, CancellationToken cancellationToken) =>
        await FindAsync(component, version, components, cancellationToken) is { } found
        && await components.SetDeprecatedAsync(found.Id, deprecated, cancellationToken) is { } changed
            ? TypedResults.Ok(changed.ToView())
            : NotFound(component, version);

    private static async Task<Results<Ok<VersionView>, Problem>> YankAsync(
        string component, string version, YankVersion body, ComponentService components, CancellationToken cancellationToken) =>
        body.Reason.Trim() is { Length: > 0 and <= LongestReason } reason && !reason.Any(char.IsControl)
            ? await SetYankedAsync(component, version, reason, components, cancellationToken)
            : Problem.InvalidRequest($"A reason has 1 to {LongestReason} characters, none of them control characters.");

    private static Task<Results<Ok<VersionView>, Problem>> UnyankAsync(
        string component, string version, ComponentService components, CancellationToken cancellationToken) =>
        SetYankedAsync(component, version, null, components, cancellationToken);

    private static async Task<Results<Ok<VersionView>, Problem>> SetYankedAsync(
        string component, string version, string? reason, ComponentService components, CancellationToken cancellationToken) =>
        await FindAsync(component, version, components, cancellationToken) is { } found
        && await components.SetYankedAsync(found.Id, reason, cancellationToken) is { } changed
            ? TypedResults.Ok(changed.ToView())
            : NotFound(component, version);

    internal static async Task<ComponentVersion?> FindAsync(
        string component, string version, ComponentService components, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is { } found
            // A tag may have slashes, which routing leaves escaped.
            ? await components.FindVersionAsync(found.Id, version.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase), cancellationToken)
            : null;

    internal static Problem NotFound(string component, string version) =>
        Problem.NotFound($"There is no version '{version}' of a component '{component}'.");
}

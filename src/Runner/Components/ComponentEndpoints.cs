using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Components;

internal static class ComponentEndpoints
{
    private const int LongestSearch = 200;

    public static void MapComponentEndpoints(this IEndpointRouteBuilder api)
    {
        var components = api.MapGroup("/components").WithTags("Components");
        components.MapPost("", AddAsync).WithName("AddComponent").WithSummary("Add a component from a git repository or a folder")
            .WithDescription("A local path is one of the server's own machine. Adding a component that is there looks for new versions of it.");
        components.MapGet("", ListAsync).WithName("ListComponents").WithSummary("Components, newest first");
        components.MapGet("/{component}", GetAsync).WithName("GetComponent").WithSummary("One component, by id or name");
        components.MapPost("/{component}/refresh", RefreshAsync).WithName("RefreshComponent").WithSummary("Look for new versions of a component");
        components.MapPost("/{component}/deprecate", DeprecateAsync).WithName("DeprecateComponent").WithSummary("Mark a component as no longer to be used");
        components.MapPost("/{component}/reactivate", ReactivateAsync).WithName("ReactivateComponent").WithSummary("Take back a component's deprecation");
    }

    private static async Task<Results<Created<ComponentChangeView>, Ok<ComponentChangeView>, Problem>> AddAsync(
        NewComponent body, ComponentService components, CancellationToken cancellationToken) =>
        await components.AddAsync(new(body.Path, body.Name, body.Subfolder, body.Commit, body.Dirty), cancellationToken) switch
        {
            ComponentOutcome.Done { Created: true } done => TypedResults.Created(Hrefs.Component(done.Component.Id), done.ToView()),
            ComponentOutcome.Done done => TypedResults.Ok(done.ToView()),
            var other => ToProblem(other, body.Path),
        };

    private static async Task<Results<Ok<Page<ComponentView>>, Problem>> ListAsync(
        string? search, Id<Component>? after, int? limit, ComponentService components, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (search is { Length: > LongestSearch })
            return Problem.InvalidRequest($"search has {search.Length} characters, more than {LongestSearch}.");
        var found = await components.ListAsync(search, after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, component => component.Id, ComponentViews.ToView));
    }

    private static async Task<Results<Ok<ComponentView>, Problem>> GetAsync(
        string component, ComponentService components, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is { } found ? TypedResults.Ok(found.ToView()) : NotFound(component);

    private static async Task<Results<Ok<ComponentChangeView>, Problem>> RefreshAsync(
        string component, ComponentService components, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is not { } found
            ? NotFound(component)
            : await components.RefreshAsync(found.Id, cancellationToken) switch
            {
                ComponentOutcome.Done done => TypedResults.Ok(done.ToView()),
                var other => ToProblem(other, component),
            };

    private static Task<Results<Ok<ComponentView>, Problem>> DeprecateAsync(
        string component, ComponentService components, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, true, components, cancellationToken);

    private static Task<Results<Ok<ComponentView>, Problem>> ReactivateAsync(
        string component, ComponentService components, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, false, components, cancellationToken);

    private static async Task<Results<Ok<ComponentView>, Problem>> SetDeprecatedAsync(
        string component, bool deprecated, ComponentService components, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is { } found
        && await components.SetDeprecatedAsync(found.Id, deprecated, cancellationToken) is { } changed
            ? TypedResults.Ok(changed.ToView())
            : NotFound(component);

    internal static Problem NotFound(string component) => Problem.NotFound("component", component);

    private static Problem ToProblem(ComponentOutcome outcome, string what) => outcome switch
    {
        ComponentOutcome.Conflict conflict => Problem.Conflict(conflict.Message),
        ComponentOutcome.Refused refused => Problem.InvalidRequest(refused.Message),
        _ => NotFound(what),
    };
}

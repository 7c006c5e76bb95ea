using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sync;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Components;

internal static class ComponentEndpoints
{
    private const int LongestSearch = 200;
    private const int LongestText = 1000;

    /// <summary>Longer than most looks take, shorter than any proxy or client waits for an answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static void MapComponentEndpoints(this IEndpointRouteBuilder api)
    {
        var components = api.MapGroup("/components").WithTags("Components");
        components.MapPost("", AddAsync).WithName("AddComponent").WithSummary("Add a component from a git repository or a folder")
            .WithDescription("A local path is one of the server's own machine. Adding a component that is there looks for new versions of it. A look that takes longer than a request should is answered with 202 and goes on: the component's sync says how it ended.");
        components.MapGet("", ListAsync).WithName("ListComponents").WithSummary("Components, newest first");
        components.MapGet("/{component}", GetAsync).WithName("GetComponent").WithSummary("One component, by id or name");
        components.MapDelete("/{component}", RemoveAsync).WithName("RemoveComponent").WithSummary("Forget a component that never had a version");
        components.MapPost("/sync", SyncAllAsync).WithName("SyncComponents").WithSummary("Look at the repositories of all components that are followed");
        components.MapPost("/{component}/refresh", RefreshAsync).WithName("RefreshComponent").WithSummary("Look for new versions of a component");
        components.MapPost("/{component}/deprecate", DeprecateAsync).WithName("DeprecateComponent").WithSummary("Mark a component as no longer to be used");
        components.MapPost("/{component}/reactivate", ReactivateAsync).WithName("ReactivateComponent").WithSummary("Take back a component's deprecation");
    }

    private static async Task<Results<Created<ComponentChangeView>, Ok<ComponentChangeView>, Accepted<ComponentChangeView>, Problem>> AddAsync(
        NewComponent body, ComponentAdditions additions, ComponentSyncStore syncs, CancellationToken cancellationToken)
    {
        if (Fault(body) is { } fault)
            return Problem.InvalidRequest(fault);
        var request = new AddComponent(body.Path, body.Name, body.Subfolder, body.Commit, body.Dirty)
        {
            Rules = body.Rules?.ToRules(),
            SyncInterval = body.SyncSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
        };
        var outcome = await additions.AddAsync(request, Patience, cancellationToken);
        if (Change(outcome) is not { } change)
            return ToProblem(outcome, body.Path);
        var view = change.ToView(await syncs.GetAsync(change.Component.Id, cancellationToken));
        var href = Hrefs.Component(change.Component.Id);
        return change.Looking ? TypedResults.Accepted(href, view) : change.Created ? TypedResults.Created(href, view) : TypedResults.Ok(view);
    }

    private static async Task<Results<Ok<Page<ComponentView>>, Problem>> ListAsync(
        string? search, Id<Component>? after, int? limit, ComponentService components, ComponentSyncStore syncs, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (search is { Length: > LongestSearch })
            return Problem.InvalidRequest($"search has {search.Length} characters, more than {LongestSearch}.");
        var found = await components.ListAsync(search, after, size + 1, cancellationToken);
        var followed = (await syncs.GetManyAsync([.. found.Select(component => component.Id)], cancellationToken)).ToDictionary(sync => sync.Component());
        return TypedResults.Ok(found.ToPage(size, request, component => component.Id, component => component.ToView(followed.GetValueOrDefault(component.Id))));
    }

    private static async Task<Results<Ok<ComponentView>, Problem>> GetAsync(
        string component, ComponentService components, ComponentSyncStore syncs, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is { } found
            ? TypedResults.Ok(found.ToView(await syncs.GetAsync(found.Id, cancellationToken)))
            : NotFound(component);

    private static async Task<Results<NoContent, Problem>> RemoveAsync(
        string component, ComponentService components, ComponentAdditions additions, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is not { } found ? NotFound(component)
            : await additions.RemoveAsync(found.Id, cancellationToken) switch
            {
                true => TypedResults.NoContent(),
                false => Problem.Conflict($"'{found.Name}' has versions, which workflows and executions may name: deprecate it instead."),
                null => NotFound(component),
            };

    private static async Task<Ok<SyncRequestView>> SyncAllAsync(ISyncRequests requests, CancellationToken cancellationToken) =>
        TypedResults.Ok(new SyncRequestView(await requests.RequestAllAsync(cancellationToken)));

    private static async Task<Results<Ok<ComponentChangeView>, Accepted<ComponentChangeView>, Problem>> RefreshAsync(
        string component, ComponentService components, ComponentAdditions additions, ComponentSyncStore syncs, CancellationToken cancellationToken)
    {
        if (await components.FindAsync(component, cancellationToken) is not { } found)
            return NotFound(component);
        var outcome = await additions.RefreshAsync(found.Id, Patience, cancellationToken);
        if (Change(outcome) is not { } change)
            return ToProblem(outcome, component);
        var view = change.ToView(await syncs.GetAsync(found.Id, cancellationToken));
        return change.Looking ? TypedResults.Accepted(Hrefs.Component(found.Id), view) : TypedResults.Ok(view);
    }

    /// <summary>What came of adding or refreshing; null: it was refused.</summary>
    private static ComponentChange? Change(ComponentOutcome outcome) => outcome switch
    {
        ComponentOutcome.Done done => new(done.Component, done.Created, Looking: false, done.Added, done.Warnings),
        ComponentOutcome.Looking looking => new(looking.Component, looking.Created, Looking: true, [], []),
        _ => null,
    };

    private static string? Fault(NewComponent body)
    {
        if (body.SyncSeconds is < 0 or > 0 and < 60 or > 365 * 86_400)
            return "syncSeconds is 0 (only when somebody asks), or from 60 to 31536000 (a year).";
        if (body.Rules is not { } rules)
            return null;
        if (rules is { Command: not null, Image: null })
            return "A command needs an image that it runs in.";
        return new[] { rules.Tags, rules.Branch, rules.Image }.Concat(rules.Command ?? []).Any(text => text is { Length: 0 or > LongestText } || text?.Any(char.IsControl) == true)
            ? $"Texts of rules have 1 to {LongestText} characters, none of them control characters."
            : null;
    }

    private static Task<Results<Ok<ComponentView>, Problem>> DeprecateAsync(
        string component, ComponentService components, ComponentSyncStore syncs, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, true, components, syncs, cancellationToken);

    private static Task<Results<Ok<ComponentView>, Problem>> ReactivateAsync(
        string component, ComponentService components, ComponentSyncStore syncs, CancellationToken cancellationToken) =>
        SetDeprecatedAsync(component, false, components, syncs, cancellationToken);

    private static async Task<Results<Ok<ComponentView>, Problem>> SetDeprecatedAsync(
        string component, bool deprecated, ComponentService components, ComponentSyncStore syncs, CancellationToken cancellationToken) =>
        await components.FindAsync(component, cancellationToken) is { } found
        && await components.SetDeprecatedAsync(found.Id, deprecated, cancellationToken) is { } changed
            ? TypedResults.Ok(changed.ToView(await syncs.GetAsync(changed.Id, cancellationToken)))
            : NotFound(component);

    internal static Problem NotFound(string component) => Problem.NotFound("component", component);

    private static Problem ToProblem(ComponentOutcome outcome, string what) => outcome switch
    {
        ComponentOutcome.Conflict conflict => Problem.Conflict(conflict.Message),
        ComponentOutcome.Refused refused => Problem.InvalidRequest(refused.Message),
        _ => NotFound(what),
    };
}

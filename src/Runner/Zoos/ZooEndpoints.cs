using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Zoos;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Zoos;

internal static class ZooEndpoints
{
    public static void MapZoos(this IEndpointRouteBuilder api)
    {
        var zoos = api.MapGroup("/zoos").WithTags("Zoos");
        zoos.MapPost("", AddAsync).WithName("AddZoo").WithSummary("Follow a list of repositories and register their components")
            .WithDescription("The components are known at once and looked at by and by: each one's sync says how that goes.");
        zoos.MapGet("", ListAsync).WithName("ListZoos").WithSummary("Zoos, newest first");
        zoos.MapGet("/{zoo}", GetAsync).WithName("GetZoo").WithSummary("One zoo, by id or name");
        zoos.MapPost("/{zoo}/refresh", RefreshAsync).WithName("RefreshZoo").WithSummary("Read a zoo's index now");
        zoos.MapDelete("/{zoo}", RemoveAsync).WithName("RemoveZoo").WithSummary("Follow a zoo no longer; its components stay");
    }

    private static async Task<Results<Created<ZooView>, Problem>> AddAsync(NewZoo body, ZooService zoos, CancellationToken cancellationToken) =>
        await zoos.AddAsync(body.Address, body.Name, cancellationToken) switch
        {
            ZooOutcome.Done done => TypedResults.Created(Hrefs.Zoo(done.Zoo.Id), done.Zoo.ToView()),
            ZooOutcome.Conflict conflict => Problem.Conflict(conflict.Message),
            ZooOutcome.Refused refused => Problem.InvalidRequest(refused.Message),
            var other => throw new InvalidOperationException($"Adding a zoo came to {other}."),
        };

    private static async Task<Results<Ok<Page<ZooView>>, Problem>> ListAsync(
        Id<Zoo>? after, int? limit, ZooService zoos, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await zoos.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, zoo => zoo.Id, ToView));
    }

    private static async Task<Results<Ok<ZooView>, Problem>> GetAsync(string zoo, ZooService zoos, CancellationToken cancellationToken) =>
        await zoos.FindAsync(zoo, cancellationToken) is { } found ? TypedResults.Ok(found.ToView()) : Problem.NotFound("zoo", zoo);

    private static async Task<Results<Ok<ZooView>, Problem>> RefreshAsync(string zoo, ZooService zoos, CancellationToken cancellationToken) =>
        await zoos.FindAsync(zoo, cancellationToken) is { } found && await zoos.LookAsync(found, cancellationToken) is { } looked
            ? TypedResults.Ok(looked.ToView())
            : Problem.NotFound("zoo", zoo);

    private static async Task<Results<NoContent, Problem>> RemoveAsync(string zoo, ZooService zoos, CancellationToken cancellationToken)
    {
        if (await zoos.FindAsync(zoo, cancellationToken) is not { } found)
            return Problem.NotFound("zoo", zoo);
        await zoos.RemoveAsync(found, cancellationToken);
        return TypedResults.NoContent();
    }

    private static ZooView ToView(this Zoo zoo) => new()
    {
        Id = zoo.Id.ToString(),
        Href = Hrefs.Zoo(zoo.Id),
        Name = zoo.Name,
        Address = zoo.Address,
        Members = [.. zoo.Members.Select(member => new ZooMemberView(
            member.Repository, member.Subfolder, member.Component?.ToString(), member.Component is { } id ? Hrefs.Component(id) : null, member.Fault))],
        LookedAt = zoo.LookedAt,
        NextAt = zoo.NextAt,
        Failure = zoo.Failure,
        CreatedAt = zoo.CreatedAt,
    };
}

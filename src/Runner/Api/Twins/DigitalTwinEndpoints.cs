using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Runner.Twins;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

internal static class DigitalTwinEndpoints
{
    public static void MapDigitalTwins(this IEndpointRouteBuilder api)
    {
        var twins = api.MapGroup("/digital-twins").WithTags("Digital twins");
        twins.MapPost("", CreateAsync).WithName("CreateDigitalTwin").WithSummary("Add a digital twin");
        twins.MapGet("", ListAsync).WithName("ListDigitalTwins").WithSummary("Digital twins, newest first");
        twins.MapGet("/{id}", GetAsync).WithName("GetDigitalTwin").WithSummary("One digital twin");
        twins.MapPatch("/{id}", ChangeAsync).WithName("ChangeDigitalTwin").WithSummary("Change a digital twin");
    }

    private static async Task<Results<Created<DigitalTwinView>, Problem>> CreateAsync(
        NewDigitalTwin body, DigitalTwinStore twins, UserStore users, DigitalTwins defaults, TimeProvider time, CancellationToken cancellationToken)
    {
        var faults = new List<FaultView>();
        if (Names.Check("name", body.Name) is { } fault)
            faults.Add(fault);
        User? owner = null;
        if (body.UserId is null)
            owner = await defaults.EnsureDefaultUserAsync(cancellationToken);
        else if (!Id<User>.TryParse(body.UserId, null, out var userId))
            faults.Add(new(0, 0, "userId", "is not an id: 24 hexadecimal digits"));
        else if ((owner = await users.GetAsync(userId, cancellationToken)) is null)
            faults.Add(new(0, 0, "userId", $"there is no user '{userId}'"));
        if (owner is null || faults.Count > 0)
            return Problem.InvalidRequest(faults);

        var now = time.GetUtcNow();
        var twin = new DigitalTwin
        {
            Id = Id<DigitalTwin>.New(time),
            Name = body.Name,
            UserRef = owner.Id,
            Public = body.Public,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await twins.TryInsertAsync(twin, cancellationToken)
            ? TypedResults.Created(Hrefs.DigitalTwin(twin.Id), ToView(twin))
            : Taken(owner, twin.Name);
    }

    private static async Task<Results<Ok<Page<DigitalTwinView>>, Problem>> ListAsync(
        Id<User>? user, string? name, Id<DigitalTwin>? after, int? limit,
        DigitalTwinStore twins, DigitalTwins defaults, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (name is not null)
        {
            var named = user is { } owner
                ? await twins.FindByNameAsync(owner, name, cancellationToken)
                : await defaults.FindAsync(name, cancellationToken);
            return TypedResults.Ok(new Page<DigitalTwinView>(named is null ? [] : [ToView(named)]));
        }
        var found = user is { } one
            ? await twins.FindByUserAsync(one, after, size + 1, cancellationToken)
            : await twins.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, twin => twin.Id, ToView));
    }

    private static async Task<Results<Ok<DigitalTwinView>, Problem>> GetAsync(
        Id<DigitalTwin> id, DigitalTwinStore twins, CancellationToken cancellationToken) =>
        await twins.GetAsync(id, cancellationToken) is { } twin ? TypedResults.Ok(ToView(twin)) : Problem.NotFound("digital twin", id);

    private static async Task<Results<Ok<DigitalTwinView>, Problem>> ChangeAsync(
        Id<DigitalTwin> id, ChangeDigitalTwin body, DigitalTwinStore twins, TimeProvider time, CancellationToken cancellationToken)
    {
        var changed = await twins.UpdateAsync(id, twin => twin with
        {
            Public = body.Public ?? twin.Public,
            Deprecated = body.Deprecated ?? twin.Deprecated,
            UpdatedAt = time.GetUtcNow(),
        }, cancellationToken);
        return changed is null ? Problem.NotFound("digital twin", id) : TypedResults.Ok(ToView(changed));
    }

    private static Problem Taken(User owner, string name) =>
        Problem.Conflict($"The user '{owner.DisplayName}' has a digital twin '{name}' already.");

    private static DigitalTwinView ToView(DigitalTwin twin) => new()
    {
        Id = twin.Id.ToString(),
        Href = Hrefs.DigitalTwin(twin.Id),
        Name = twin.Name,
        Status = twin.Status,
        Public = twin.Public,
        UserId = twin.UserRef.Text(),
        UserHref = twin.UserRef is { } user ? Hrefs.User(user) : null,
        Deprecated = twin.Deprecated,
        CreatedAt = twin.CreatedAt,
        UpdatedAt = twin.UpdatedAt,
        ExecutionsHref = $"{ApiSetup.Prefix}/executions?digitalTwin={twin.Id}",
    };
}

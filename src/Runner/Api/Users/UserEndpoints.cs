using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

internal static class UserEndpoints
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("Users");
        users.MapPost("", CreateAsync).WithName("CreateUser").WithSummary("Add a user");
        users.MapGet("", ListAsync).WithName("ListUsers").WithSummary("Users, newest first");
        users.MapGet("/{id}", GetAsync).WithName("GetUser").WithSummary("One user");
        users.MapPatch("/{id}", ChangeAsync).WithName("ChangeUser").WithSummary("Change a user");
    }

    private static async Task<Results<Created<UserView>, Problem>> CreateAsync(
        NewUser body, UserStore users, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Names.Check("displayName", body.DisplayName) is { } fault)
            return Problem.InvalidRequest([fault]);
        var now = time.GetUtcNow();
        var user = new User
        {
            Id = Id<User>.New(time),
            DisplayName = body.DisplayName,
            Email = body.Email,
            GitHub = body.GitHub,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await users.TryInsertAsync(user, cancellationToken)
            ? TypedResults.Created(Hrefs.User(user.Id), ToView(user))
            : Problem.Conflict($"There is a user '{user.DisplayName}' already.");
    }

    private static async Task<Results<Ok<Page<UserView>>, Problem>> ListAsync(
        string? name, Id<User>? after, int? limit, UserStore users, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (name is not null)
            return TypedResults.Ok(new Page<UserView>(await users.FindByNameAsync(name, cancellationToken) is { } named ? [ToView(named)] : []));
        var found = await users.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, user => user.Id, ToView));
    }

    private static async Task<Results<Ok<UserView>, Problem>> GetAsync(Id<User> id, UserStore users, CancellationToken cancellationToken) =>
        await users.GetAsync(id, cancellationToken) is { } user ? TypedResults.Ok(ToView(user)) : Problem.NotFound("user", id);

    private static async Task<Results<Ok<UserView>, Problem>> ChangeAsync(
        Id<User> id, ChangeUser body, UserStore users, TimeProvider time, CancellationToken cancellationToken)
    {
        var changed = await users.UpdateAsync(id, user => user with
        {
            Email = body.Email ?? user.Email,
            GitHub = body.GitHub ?? user.GitHub,
            Deprecated = body.Deprecated ?? user.Deprecated,
            UpdatedAt = time.GetUtcNow(),
        }, cancellationToken);
        return changed is null ? Problem.NotFound("user", id) : TypedResults.Ok(ToView(changed));
    }

    private static UserView ToView(User user) => new()
    {
        Id = user.Id.ToString(),
        Href = Hrefs.User(user.Id),
        DisplayName = user.DisplayName,
        Email = user.Email,
        GitHub = user.GitHub,
        Deprecated = user.Deprecated,
        CreatedAt = user.CreatedAt,
        UpdatedAt = user.UpdatedAt,
        DigitalTwinsHref = $"{ApiSetup.Prefix}/digital-twins?user={user.Id}",
    };
}

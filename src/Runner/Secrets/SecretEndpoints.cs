using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Secrets;

internal static class SecretEndpoints
{
    public static void MapSecrets(this IEndpointRouteBuilder api)
    {
        var secrets = api.MapGroup("/secrets").WithTags("Secrets");
        secrets.MapGet("", ListAsync).WithName("ListSecrets").WithSummary("Names of secrets, newest first; values are never given back");
        secrets.MapPut("/{name}", SetAsync).WithName("SetSecret").WithSummary("Store a secret, or give it another value");
        secrets.MapDelete("/{name}", DeleteAsync).WithName("DeleteSecret").WithSummary("Delete a secret");
    }

    private static async Task<Results<Ok<Page<SecretView>>, Problem>> ListAsync(
        Id<Secret>? after, int? limit, SecretService secrets, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await secrets.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, secret => secret.Id, ToView));
    }

    private static async Task<Results<Ok<SecretView>, Problem>> SetAsync(
        string name, SetSecret body, SecretService secrets, CancellationToken cancellationToken) =>
        SecretService.Fault(name, body.Value) is { } fault
            ? Problem.InvalidRequest(fault)
            : TypedResults.Ok(ToView(await secrets.SetAsync(name, body.Value, cancellationToken)));

    private static async Task<Results<NoContent, Problem>> DeleteAsync(string name, SecretService secrets, CancellationToken cancellationToken) =>
        await secrets.DeleteAsync(name, cancellationToken) ? TypedResults.NoContent() : Problem.NotFound("secret", name);

    private static SecretView ToView(Secret secret) => new() { Name = secret.Name, CreatedAt = secret.CreatedAt, UpdatedAt = secret.UpdatedAt };
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Registry.Credentials;
using Twinrunner.Runner.Api;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Credentials;

internal static class CredentialEndpoints
{
    public static void MapCredentials(this IEndpointRouteBuilder api)
    {
        var credentials = api.MapGroup("/credentials").WithTags("Credentials");
        credentials.MapGet("", ListAsync).WithName("ListCredentials").WithSummary("Logins of hosts, newest first; secrets are never given back");
        credentials.MapPut("", SetAsync).WithName("SetCredential").WithSummary("Store a login of a host, or of one owner there, or replace it");
        credentials.MapDelete("/{id}", DeleteAsync).WithName("DeleteCredential").WithSummary("Delete a login");
    }

    private static async Task<Results<Ok<Page<CredentialView>>, Problem>> ListAsync(
        Id<StoredCredential>? after, int? limit, CredentialService credentials, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await credentials.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, credential => credential.Id, ToView));
    }

    private static async Task<Results<Ok<CredentialView>, Problem>> SetAsync(
        SetCredential body, CredentialService credentials, CancellationToken cancellationToken)
    {
        var kind = body.Kind.FromWire();
        return CredentialService.Fault(kind, body.Host, body.Owner, body.UserName, body.Secret) is { } fault
            ? Problem.InvalidRequest(fault)
            : TypedResults.Ok(ToView(await credentials.SetAsync(kind, body.Host, body.Owner, body.UserName, body.Secret, cancellationToken)));
    }

    private static async Task<Results<NoContent, Problem>> DeleteAsync(
        Id<StoredCredential> id, CredentialService credentials, CancellationToken cancellationToken) =>
        await credentials.DeleteAsync(id, cancellationToken) ? TypedResults.NoContent() : Problem.NotFound("credential", id);

    private static CredentialView ToView(StoredCredential credential) => new()
    {
        Id = credential.Id.ToString(),
        Kind = credential.Kind.ToWire(),
        Host = credential.Host,
        Owner = credential.Owner.Length > 0 ? credential.Owner : null,
        UserName = credential.UserName,
        CreatedAt = credential.CreatedAt,
        UpdatedAt = credential.UpdatedAt,
    };
}

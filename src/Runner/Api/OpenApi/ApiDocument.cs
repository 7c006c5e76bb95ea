using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;
using Twinrunner.Client;
using Twinrunner.Runner.Hosting;

namespace Twinrunner.Runner.Api;

/// <summary>
/// The OpenAPI document at <c>/openapi.json</c>: docs/openapi.json as it was when this was built. A test makes it anew from the
/// endpoints and compares; a server that did so itself would need megabytes for it.
/// </summary>
internal static class ApiDocument
{
    public const string Path = "/openapi.json";
    private const string DocumentName = "v1";

    public static IServiceCollection AddApiDocumentMaker(this IServiceCollection services) =>
        services.AddOpenApi(DocumentName, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.AddDocumentTransformer(DescribeAsync);
            options.AddOperationTransformer(AddProblemsAsync);
            options.AddOperationTransformer(ShowIdsAsync);
        });

    public static void MapApiDocumentMaker(this IEndpointRouteBuilder app) => app.MapOpenApi(Path);

    public static void MapApiDocument(this IEndpointRouteBuilder app) =>
        app.MapGet(Path, () => TypedResults.Stream(typeof(ApiDocument).Assembly.GetManifestResourceStream("openapi.json")!, "application/json"))
            .ExcludeFromDescription();

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new()
        {
            Title = "Twinrunner",
            Version = ServerAnnouncement.Version,
            Description = "Runs digital-twin workflows as containers. Lists are paged by cursor (`after`, `limit`); errors are problem details (RFC 9457) whose `type` never changes.",
            License = new() { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        };
        document.Servers = []; // where it was asked for is nobody else's address
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["token"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "Needed where the server was started with a token." },
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference("token", document)] = [] }, []];
        return Task.CompletedTask;
    }

    /// <summary>Every operation may answer with a problem; every POST takes an idempotency key.</summary>
    private static async Task AddProblemsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var problem = await context.GetOrCreateSchemaAsync(typeof(ProblemView), null, cancellationToken);
        context.Document!.AddComponent("ProblemView", problem);
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A problem; its type says which.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [Problem.ContentType] = new() { Schema = new OpenApiSchemaReference("ProblemView", context.Document) },
            },
        };
        if (context.Description.HttpMethod == "POST")
        {
            operation.Parameters ??= [];
            operation.Parameters.Add(new OpenApiParameter
            {
                Name = IdempotencyMiddleware.Header,
                In = ParameterLocation.Header,
                Description = "The same key again within 24 hours gets the first request's answer instead of doing it again.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, MinLength = 1, MaxLength = 255 },
            });
        }
    }

    /// <summary>Ids are parsed by themselves, so that they look like any text.</summary>
    private static Task ShowIdsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var ids = context.Description.ParameterDescriptions
            .Where(parameter => parameter.ParameterDescriptor is { ParameterType: var type } && IsId(Nullable.GetUnderlyingType(type) ?? type))
            .Select(parameter => parameter.Name)
            .ToHashSet();
        foreach (var parameter in operation.Parameters ?? [])
        {
            if (parameter is OpenApiParameter { Name: { } name, Schema: OpenApiSchema schema } && ids.Contains(name))
                schema.Pattern = "^[0-9a-fA-F]{24}$";
        }
        return Task.CompletedTask;
    }

    private static bool IsId(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Storage.Id<>);
}

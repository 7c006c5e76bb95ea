using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Twinrunner.Client;
using Twinrunner.Registry.Import;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Outputs;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Import;

internal static class ImportEndpoints
{
    private const int MostDocuments = 10_000;

    /// <summary>What feeds a zip may have to wait for a store that stalls.</summary>
    private static readonly MinDataRate Slowly = new(bytesPerSecond: 1, gracePeriod: TimeSpan.FromMinutes(2));

    public static void MapImport(this IEndpointRouteBuilder api)
    {
        api.MapPost("/import/odtp", ImportAsync).WithTags("Import").WithName("ImportOdtp").WithSummary("Take over documents of an ODTP's database")
            .WithDescription("Ids and all fields stay. It may be done again: what changed there follows, what was changed here since stays as it is here.");
        api.MapPut("/import/odtp/outputs/{id}/zip", StoreAsync).WithTags("Import").WithName("ImportOdtpZip").WithSummary("Bring the zip of an imported output")
            .WithDescription("An import says which outputs have none here.").Accepts<Stream>("application/zip");
    }

    private static async Task<Results<Ok<ImportReportView>, Problem>> ImportAsync(ImportOdtp body, OdtpImport import, CancellationToken cancellationToken)
    {
        if (!ImportOdtp.Collections.Contains(body.Collection))
            return Problem.InvalidRequest($"There is no collection '{body.Collection}' to import; there are {string.Join(", ", ImportOdtp.Collections)}. Steps and outputs come with their executions.");
        if (body.Documents.Count + body.Steps.Count + body.Outputs.Count > MostDocuments)
            return Problem.InvalidRequest($"There are more than {MostDocuments:N0} documents in one request: send them in several.");
        if (body.Documents.Concat(body.Steps).Concat(body.Outputs).Any(document => document.ValueKind != JsonValueKind.Object))
            return Problem.InvalidRequest("A document must be a JSON object.");
        var related = new Dictionary<string, IReadOnlyList<JsonObject>> { ["steps"] = Objects(body.Steps), ["outputs"] = Objects(body.Outputs) };
        var report = await import.ImportAsync(body.Collection, Objects(body.Documents), related, cancellationToken);
        return TypedResults.Ok(new ImportReportView
        {
            Collection = body.Collection,
            Added = report.Added,
            Updated = report.Updated,
            Unchanged = report.Unchanged,
            Left = report.Left,
            Problems = report.Problems,
            Missing = [.. report.Missing.Select(id => id.ToString())],
        });
    }

    private static async Task<Results<Ok<OutputView>, Problem>> StoreAsync(Id<Output> id, HttpContext context, OdtpZips zips)
    {
        // As large as the step that left it wanted: whoever may import may also run steps.
        context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = Slowly;
        return await zips.StoreAsync(id, context.Request.Body, context.Request.ContentLength, context.RequestAborted) is { } output
            ? TypedResults.Ok(OutputEndpoints.ToView(output))
            : Problem.NotFound("imported output", id);
    }

    private static List<JsonObject> Objects(IReadOnlyList<JsonElement> documents) => [.. documents.Select(document => JsonObject.Create(document)!)];
}

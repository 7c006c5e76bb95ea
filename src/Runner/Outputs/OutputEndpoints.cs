using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Twinrunner.Client;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Outputs;

/// <summary>Outputs: their lists of files, each file, and all of them as a zip. Files are always sent to be saved, never to be shown: a component wrote them.</summary>
internal static class OutputEndpoints
{
    /// <summary>How long the store's own address of a file is good: to begin, not to end the download.</summary>
    private static readonly TimeSpan Shared = TimeSpan.FromMinutes(5);

    public static void MapOutputs(this IEndpointRouteBuilder api)
    {
        api.MapGet("/steps/{id}/outputs", ListAsync).WithTags("Outputs").WithName("ListOutputs").WithSummary("What the attempts of a step left");
        var outputs = api.MapGroup("/outputs/{id}").WithTags("Outputs");
        outputs.MapGet("", GetAsync).WithName("GetOutput").WithSummary("One output");
        outputs.MapGet("/files", ListFilesAsync).WithName("ListOutputFiles").WithSummary("Files of an output, in the order of their paths");
        outputs.MapGet("/files/{**path}", DownloadAsync).WithName("DownloadOutputFile").WithSummary("One file of an output, or a range of it")
            .WithDescription("Where users reach the object store, it redirects to an address there that is good for a while.")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").Produces(StatusCodes.Status302Found);
        outputs.MapGet("/archive", DownloadAllAsync).WithName("DownloadOutput").WithSummary("All files of an output as one zip")
            .Produces(StatusCodes.Status200OK, contentType: "application/zip");
        api.MapGet("/executions/{id}/outputs/archive", DownloadExecutionAsync).WithTags("Outputs").WithName("DownloadExecutionOutputs")
            .WithSummary("The outputs of all steps of an execution as one zip, a folder for each step")
            .Produces(StatusCodes.Status200OK, contentType: "application/zip");
    }

    private static async Task<Results<Ok<Page<OutputView>>, Problem>> ListAsync(
        Id<Step> id, StepStore steps, OutputStore outputs, CancellationToken cancellationToken)
    {
        if (await steps.GetAsync(id, cancellationToken) is null)
            return Problem.NotFound("step", id);
        var found = await outputs.FindByStepAsync(id, cancellationToken);
        return TypedResults.Ok(new Page<OutputView>([.. found.Select(ToView)]));
    }

    private static async Task<Results<Ok<OutputView>, Problem>> GetAsync(Id<Output> id, OutputStore outputs, CancellationToken cancellationToken) =>
        await outputs.GetAsync(id, cancellationToken) is { } output ? TypedResults.Ok(ToView(output)) : Problem.NotFound("output", id);

    /// <param name="after">Number of the last entry that is known already: a manifest never changes.</param>
    private static async Task<Results<Ok<Page<OutputFileView>>, Problem>> ListFilesAsync(
        Id<Output> id, int? after, int? limit,
        OutputStore outputs, ManifestReader manifests, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        if (after < 0)
            return Problem.InvalidRequest("after is not the cursor of a page.");
        if (await outputs.GetAsync(id, cancellationToken) is not { } output)
            return Problem.NotFound("output", id);
        var entries = await manifests.ReadAsync(output, cancellationToken)
            .Select((entry, index) => (Entry: entry, Number: index + 1))
            .Skip(after ?? 0).Take(size + 1).ToListAsync(cancellationToken);
        return TypedResults.Ok(entries.ToPage(size, request, item => item.Number, item => ToView(item.Entry, output)));
    }

    private static async Task<Results<FileStreamHttpResult, RedirectHttpResult, Problem>> DownloadAsync(
        Id<Output> id, string path,
        OutputStore outputs, ManifestReader manifests, IObjectStore objects, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await outputs.GetAsync(id, cancellationToken) is not { } output)
            return Problem.NotFound("output", id);
        var entry = await manifests.ReadAsync(output, cancellationToken).FirstOrDefaultAsync(entry => entry.Path == path, cancellationToken);
        if (entry is not { Kind: EntryKind.File, LeftOut: null, Key: { } key })
            return Problem.NotFound(entry is null ? $"There is no '{path}' in that output." : $"'{path}' is no file: {entry.LeftOut ?? entry.Kind.ToString()}.");
        var name = OutputZip.SafeName(path[(path.LastIndexOf('/') + 1)..]);
        if (objects is ISharedObjects shared && await shared.ShareAsync(key, Attachment(name), Shared, cancellationToken) is { } address)
        {
            response.Headers.CacheControl = "no-store";
            return TypedResults.Redirect(address.AbsoluteUri);
        }
        KeepAsFile(response);
        return TypedResults.Stream(
            new ObjectReadStream(objects, key, entry.Size), "application/octet-stream", name,
            output.CreatedAt, entry.Sha256 is { } sha256 ? new EntityTagHeaderValue($"\"{sha256}\"") : null, enableRangeProcessing: true);
    }

    private static async Task<Results<PushStreamHttpResult, Problem>> DownloadAllAsync(
        Id<Output> id, StepStore steps, OutputStore outputs, ManifestReader manifests, IObjectStore objects, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await outputs.GetAsync(id, cancellationToken) is not { } output)
            return Problem.NotFound("output", id);
        var step = await steps.GetAsync(Id<Step>.Parse(output.StepRef), cancellationToken);
        KeepAsFile(response);
        return TypedResults.Stream(
            body => new OutputZip(objects, manifests).WriteAsync(body, new[] { ("", output) }.ToAsyncEnumerable(), cancellationToken),
            "application/zip", OutputZip.SafeName(step?.Name ?? output.StepRef) + ".zip");
    }

    private static async Task<Results<PushStreamHttpResult, Problem>> DownloadExecutionAsync(
        Id<Execution> id, ExecutionStore executions, StepStore steps, OutputStore outputs, ManifestReader manifests, IObjectStore objects,
        HttpResponse response, CancellationToken cancellationToken)
    {
        if (await executions.GetAsync(id, cancellationToken) is null)
            return Problem.NotFound("execution", id);
        KeepAsFile(response);
        return TypedResults.Stream(
            body => new OutputZip(objects, manifests).WriteAsync(body, OfExecutionAsync(id, steps, outputs, cancellationToken), cancellationToken),
            "application/zip", $"{id}.zip");
    }

    private static async IAsyncEnumerable<(string Folder, Output Output)> OfExecutionAsync(
        Id<Execution> id, StepStore steps, OutputStore outputs, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int atOnce = 100;
        Id<Step>? after = null;
        while (true)
        {
            var page = await steps.ListAsync(id, after, atOnce, cancellationToken);
            foreach (var step in page)
            {
                after = step.Id;
                if (step.Output is { } output && await outputs.GetAsync(output, cancellationToken) is { } stored)
                    yield return (step.Name, stored);
            }
            if (page.Count < atOnce)
                yield break;
        }
    }

    private static string Attachment(string name)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name);
        return disposition.ToString();
    }

    /// <summary>Should a browser show it all the same, it runs nothing.</summary>
    private static void KeepAsFile(HttpResponse response)
    {
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
    }

    internal static OutputView ToView(Output output) => new()
    {
        Id = output.Id.ToString(),
        Href = HrefOf(output),
        ExecutionId = output.ExecutionRef.ToString(),
        StepId = output.StepRef,
        Attempt = output.Attempt,
        Type = output.OutputType,
        Size = output.Size,
        FileCount = output.FileCount,
        ManifestSha256 = output.ManifestSha256,
        CreatedAt = output.CreatedAt,
        FilesHref = $"{HrefOf(output)}/files",
        ArchiveHref = $"{HrefOf(output)}/archive",
    };

    private static OutputFileView ToView(ManifestEntry entry, Output output) => new()
    {
        Path = entry.Path,
        Kind = (OutputFileKind)entry.Kind,
        Size = entry.Size,
        Sha256 = entry.Sha256,
        Mode = entry.Mode,
        Target = entry.Target,
        LeftOut = entry.LeftOut,
        Href = entry is { Kind: EntryKind.File, LeftOut: null }
            ? $"{HrefOf(output)}/files/{string.Join('/', entry.Path.Split('/').Select(Uri.EscapeDataString))}"
            : null,
    };

    private static string HrefOf(Output output) => $"{ApiSetup.Prefix}/outputs/{output.Id}";
}

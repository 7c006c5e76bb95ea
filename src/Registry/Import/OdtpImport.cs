using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Twinrunner.Client;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Import;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Import;

/// <summary>
/// Takes over the documents of an ODTP, with their ids and all their fields. It may be done again: what is the same stays, what
/// changed there follows, what was changed here since stays as it is here. Import the collections in the order of
/// <see cref="ImportOdtp.Collections"/>: later ones look up earlier ones.
/// </summary>
public sealed class OdtpImport(
    ImportStore imports, ComponentStore components, VersionStore versions, StepStore steps, LogStore logs, OdtpZips zips)
{
    /// <summary>Field in which an imported document remembers what it was.</summary>
    internal const string Marker = "odtpImport";

    private const string Executions = "executions", Steps = "steps", Outputs = "outputs", Logs = "logs";

    /// <param name="collection">One of <see cref="ImportOdtp.Collections"/>.</param>
    /// <param name="related">For executions: their steps and outputs.</param>
    public async Task<ImportReport> ImportAsync(
        string collection, IReadOnlyList<JsonObject> documents, IReadOnlyDictionary<string, IReadOnlyList<JsonObject>> related, CancellationToken cancellationToken)
    {
        var report = new ImportReport();
        var incoming = Read(collection, documents, report);
        if (collection == Executions)
            await ImportExecutionsAsync(incoming, Read(Steps, related.GetValueOrDefault(Steps) ?? [], report), Read(Outputs, related.GetValueOrDefault(Outputs) ?? [], report), report, cancellationToken);
        else if (collection == Logs)
            await ImportLogsAsync(incoming, report, cancellationToken);
        else
            foreach (var one in incoming)
            {
                if (await AddFieldsAsync(one, report, cancellationToken) is { } missing)
                    report.Problem($"{one}: {missing}");
                else
                    await StoreAsync(one, report, cancellationToken);
            }
        return report;
    }

    private static List<Incoming> Read(string collection, IReadOnlyList<JsonObject> documents, ImportReport report)
    {
        var incoming = new List<Incoming>();
        foreach (var written in documents)
        {
            var relaxed = ExtendedJson.Relax(written)!.AsObject();
            if (relaxed.Id("_id") is { } id)
                incoming.Add(new(collection, id, relaxed, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(relaxed.ToJsonString())))));
            else
                report.Problem($"A document of {collection} has no _id that is an ObjectId.");
        }
        return incoming;
    }

    /// <summary>Returns what is missing for it, in a sentence; null: nothing.</summary>
    private async Task<string?> AddFieldsAsync(Incoming one, ImportReport report, CancellationToken cancellationToken)
    {
        var (document, created) = (one.Document, one.Id.CreatedAt);
        switch (one.Collection)
        {
            case "users":
                OdtpCatalogue.AddUser(document, created);
                return null;
            case "digitalTwins":
                OdtpCatalogue.AddTwin(document, created);
                return null;
            case "components":
                OdtpCatalogue.AddComponent(document, created);
                return null;
            case "versions":
                if (document.Id("componentId") is not { } id || await components.GetAsync(new(id), cancellationToken) is not { } component)
                    return "its component is not here";
                foreach (var odd in OdtpCatalogue.AddVersion(document, component, created))
                    report.Problem($"{one}: {odd}");
                return null;
            case "workflows":
                var known = await versions.GetManyAsync([.. document.Ids("versions").Select(version => new Id<ComponentVersion>(version))], cancellationToken);
                if (known.Count < document.Ids("versions").Count())
                    report.Problem($"{one}: some of its versions are not here, its workflow file lacks them");
                OdtpCatalogue.AddWorkflow(document, known, created);
                return null;
            default:
                return null;
        }
    }

    private async Task ImportExecutionsAsync(
        List<Incoming> executions, List<Incoming> allSteps, List<Incoming> allOutputs, ImportReport report, CancellationToken cancellationToken)
    {
        var stepsOf = allSteps.ToLookup(step => step.Document.Id("executionRef"));
        var outputsOf = allOutputs.ToLookup(output => output.Document.Id("stepRef"));
        foreach (var execution in executions)
        {
            var order = execution.Document.Ids("steps").Select((id, index) => (id, index)).DistinctBy(pair => pair.id).ToDictionary(pair => pair.id, pair => pair.index);
            var ownSteps = stepsOf[execution.Id].OrderBy(step => order.GetValueOrDefault(step.Id, int.MaxValue)).ThenBy(step => step.Id).ToList();
            var ownOutputs = ownSteps.SelectMany(step => outputsOf[step.Id].OrderBy(output => output.Id)).ToList();
            var used = await versions.GetManyAsync(
                [.. ownSteps.Select(step => step.Document.Id("component_version")).OfType<ObjectId>().Distinct().Select(id => new Id<ComponentVersion>(id))], cancellationToken);
            new OdtpExecution(
                execution.Document, [.. ownSteps.Select(step => step.Document)], [.. ownOutputs.Select(output => output.Document)],
                used.ToDictionary(version => version.Id.Value)).Add();
            // The execution last: once it is there, all of it is.
            foreach (var one in (IEnumerable<Incoming>)[.. ownOutputs, .. ownSteps, execution])
                await StoreAsync(one, report, cancellationToken);
            report.Missing.AddRange(await zips.FindMissingAsync([.. ownOutputs.Select(output => new Id<Output>(output.Id))], cancellationToken));
        }
        foreach (var step in allSteps.Where(step => !executions.Exists(execution => execution.Id == step.Document.Id("executionRef"))))
            report.Problem($"{step}: its execution is not here");
        foreach (var output in allOutputs.Where(output => !allSteps.Exists(step => step.Id == output.Document.Id("stepRef"))))
            report.Problem($"{output}: its step is not here");
    }

    private async Task ImportLogsAsync(List<Incoming> pages, ImportReport report, CancellationToken cancellationToken)
    {
        foreach (var ofStep in pages.GroupBy(page => page.Document.Id("stepRef")))
        {
            if (ofStep.Key is not { } id || await steps.GetAsync(new(id), cancellationToken) is not { } step)
            {
                report.Problem($"{ofStep.First()}: its step is not here, nor are {ofStep.Count() - 1} others of it");
                continue;
            }
            var last = await logs.LastPageAsync(step.Id, 1, cancellationToken);
            var (line, bytes) = last is null ? (1L, 0L) : (last.FirstLine + last.LineCount, last.StdoutBytes);
            foreach (var page in ofStep)
            {
                if (await imports.GetAsync(Logs, page.Id, cancellationToken) is not null)
                {
                    report.Unchanged++; // a page is written once
                    continue;
                }
                (line, bytes) = OdtpLog.Add(page.Document, step, line, bytes);
                await StoreAsync(page, report, cancellationToken);
            }
        }
    }

    private async Task StoreAsync(Incoming one, ImportReport report, CancellationToken cancellationToken)
    {
        var (isReadable, sentences) = DocumentRepair.Repair(one.Document, one.Collection);
        foreach (var sentence in sentences)
            report.Problem($"{one}: {sentence}");
        if (!isReadable)
            return;
        var stored = await imports.GetAsync(one.Collection, one.Id, cancellationToken);
        if (stored is null)
        {
            if (await imports.TryInsertAsync(one.Collection, one.Id, one.Json(revision: 1), cancellationToken))
                report.Added++;
            else
                report.Problem($"{one}: its name, or what else only one may have, is taken here");
            return;
        }
        var marker = JsonNode.Parse(stored.Json.Span)?[Marker];
        if (marker?["sha256"]?.GetValue<string>() == one.Sha256)
            report.Unchanged++;
        else if (marker?["revision"]?.GetValue<long>() != stored.Revision)
            report.Left++;
        else if (await TryReplaceAsync(one, stored.Revision, cancellationToken))
            report.Updated++;
        else
            report.Left++;
    }

    private async Task<bool> TryReplaceAsync(Incoming one, long revision, CancellationToken cancellationToken)
    {
        try
        {
            return await imports.TryReplaceAsync(one.Collection, one.Id, revision, one.Json(revision + 1), cancellationToken);
        }
        catch (DatabaseException)
        {
            return false; // its new name is taken here
        }
    }

    /// <param name="Document">In relaxed Extended JSON; gets our fields.</param>
    /// <param name="Sha256">Of the document as it came.</param>
    private sealed record Incoming(string Collection, ObjectId Id, JsonObject Document, string Sha256)
    {
        /// <summary>The document with what is remembered for the next import.</summary>
        public byte[] Json(long revision)
        {
            Document[Marker] = new JsonObject { ["sha256"] = Sha256, ["revision"] = revision };
            return Encoding.UTF8.GetBytes(Document.ToJsonString());
        }

        public override string ToString() => $"{Collection} {Id}";
    }
}

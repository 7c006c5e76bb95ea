using System.Text;
using System.Text.Json.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Import;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Import;

/// <summary>
/// The zips of imported outputs, brought from ODTP's object store. Each gets a key with the output's id, since ODTP puts the zip of a
/// step that runs again in the place of the earlier one; an output's document says that key once the zip is there.
/// </summary>
public sealed class OdtpZips(ImportStore imports, OutputStore outputs, IObjectStore objects)
{
    private const string Outputs = "outputs";
    private const int LooksAtOnce = 16;

    /// <summary>Which of these outputs have no zip here, or have lost it, in their order.</summary>
    /// <exception cref="ObjectStoreException">The store can't be asked.</exception>
    public async Task<IReadOnlyList<Id<Output>>> FindMissingAsync(IReadOnlyList<Id<Output>> ids, CancellationToken cancellationToken)
    {
        var stored = await outputs.GetManyAsync(ids, cancellationToken);
        var isMissing = new bool[stored.Count];
        await Parallel.ForAsync(0, stored.Count, new ParallelOptions { MaxDegreeOfParallelism = LooksAtOnce, CancellationToken = cancellationToken }, async (i, token) =>
            isMissing[i] = stored[i].ManifestSha256.Length == 0 || (await objects.HeadAsync(KeyOf(stored[i]), token))?.Size != stored[i].Size);
        return [.. stored.Where((_, i) => isMissing[i]).Select(output => output.Id)];
    }

    /// <summary>Stores the zip of an imported output, in place of one that may be there.</summary>
    /// <returns>The output as it is now; null: there is none with that id that was imported.</returns>
    /// <exception cref="ObjectStoreException">The store refused, or other bytes came than were announced.</exception>
    public async Task<Output?> StoreAsync(Id<Output> id, Stream zip, long? length, CancellationToken cancellationToken)
    {
        if (await outputs.GetAsync(id, cancellationToken) is not { } output || await FindAsync(id, cancellationToken) is null)
            return null;
        var prefix = $"odtp/{output.StepRef}/{id}";
        var put = await objects.PutAsync($"{prefix}/{output.FileName}", zip, new(length, ContentType: "application/zip"), cancellationToken);
        while (await FindAsync(id, cancellationToken) is var (document, revision))
        {
            document.Replace("s3_bucket", "");
            document.Replace("s3_key", prefix);
            document.Replace("file_size", put.Size);
            document["manifestSha256"] = put.Sha256;
            // A later import may still change what nobody but an import has changed.
            if (document[OdtpImport.Marker] is JsonObject marker && marker["revision"]?.GetValue<long>() == revision)
                marker["revision"] = revision + 1;
            if (await imports.TryReplaceAsync(Outputs, id.Value, revision, Encoding.UTF8.GetBytes(document.ToJsonString()), cancellationToken))
                return await outputs.GetAsync(id, cancellationToken);
        }
        return null;
    }

    /// <summary>The imported document, and its revision.</summary>
    private async Task<(JsonObject Document, long Revision)?> FindAsync(Id<Output> id, CancellationToken cancellationToken) =>
        await imports.GetAsync(Outputs, id.Value, cancellationToken) is { } stored
        && JsonNode.Parse(stored.Json.Span) is JsonObject document && document.ContainsKey(OdtpImport.Marker)
            ? (document, stored.Revision)
            : null;

    private static string KeyOf(Output output) => $"{output.KeyPrefix}/{output.FileName}";
}

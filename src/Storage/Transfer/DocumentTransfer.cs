using System.Text.Json;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Transfer;

/// <summary>
/// Copies all documents from one database to another, whatever the two are, and reads them back. What is there already stays, so
/// that a transfer that was cut off goes on when it is started again.
/// </summary>
public static class DocumentTransfer
{
    private const int Page = 100;

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = DocumentJson.Default.Options.MaxDepth };

    /// <summary>Every collection that we or ODTP keep.</summary>
    public static IReadOnlyList<string> Collections { get; } =
    [
        "users", "digitalTwins", "components", "versions", "workflows", "executions", "steps", "outputs", "results", "logs",
        "events", "nodes", "secrets", "credentials", "componentSyncs", "zoos", "leases", "idempotency",
    ];

    /// <exception cref="TransferException">The target has something else in a document's place, or gives back another one.</exception>
    public static async Task<DocumentCount> CopyAsync(IDocumentCollection from, IDocumentCollection to, CancellationToken cancellationToken)
    {
        var count = new DocumentCount(from.Name, 0, 0);
        ObjectId? after = null;
        while (true)
        {
            var filter = after is { } last ? Filter.Greater("_id", last) : Filter.All;
            var page = await from.FindAsync(new(filter) { Limit = Page }, cancellationToken).ConfigureAwait(false);
            if (page.Count == 0)
                return count;
            var written = await WriteAsync(page, to, cancellationToken).ConfigureAwait(false);
            await VerifyAsync(page, to, cancellationToken).ConfigureAwait(false);
            count = count with { Documents = count.Documents + page.Count, Written = count.Written + written };
            after = page[^1].Id;
        }
    }

    private static async Task<int> WriteAsync(IReadOnlyList<StoredDocument> page, IDocumentCollection to, CancellationToken cancellationToken)
    {
        var there = await ReadAsync(page, to, cancellationToken).ConfigureAwait(false);
        var missing = page.Where(document => !there.ContainsKey(document.Id)).Select(document => new NewDocument(document.Id, document.Json)).ToList();
        if (missing.Count > 0 && !await to.TryInsertAsync(missing, cancellationToken).ConfigureAwait(false))
            throw new TransferException($"The target already has other documents in '{to.Name}' with values that only one may have: it isn't empty. Choose an empty one.");
        var changed = page.Where(document => there.TryGetValue(document.Id, out var other) && !IsSame(document, other)).ToList();
        foreach (var document in changed)
        {
            if (!await to.TryReplaceAsync(document.Id, there[document.Id].Revision, document.Json, cancellationToken).ConfigureAwait(false))
                throw new TransferException($"The document {document.Id} of '{to.Name}' was changed at the target meanwhile: stop every server that uses it, and start again.");
        }
        return missing.Count + changed.Count;
    }

    private static async Task VerifyAsync(IReadOnlyList<StoredDocument> page, IDocumentCollection to, CancellationToken cancellationToken)
    {
        var there = await ReadAsync(page, to, cancellationToken).ConfigureAwait(false);
        foreach (var document in page)
        {
            if (!there.TryGetValue(document.Id, out var copy) || !IsSame(document, copy))
                throw new TransferException($"The document {document.Id} of '{to.Name}' came back from the target as another one than was put there.");
        }
    }

    private static async Task<Dictionary<ObjectId, StoredDocument>> ReadAsync(IReadOnlyList<StoredDocument> page, IDocumentCollection to, CancellationToken cancellationToken) =>
        (await to.GetManyAsync([.. page.Select(document => document.Id)], cancellationToken).ConfigureAwait(false)).ToDictionary(document => document.Id);

    private static bool IsSame(StoredDocument left, StoredDocument right)
    {
        if (left.Json.Span.SequenceEqual(right.Json.Span))
            return true;
        using var one = JsonDocument.Parse(left.Json, Deep);
        using var other = JsonDocument.Parse(right.Json, Deep);
        return JsonElement.DeepEquals(one.RootElement, other.RootElement);
    }
}

/// <param name="Written">Those that were not at the target yet, or were others there.</param>
public sealed record DocumentCount(string Collection, long Documents, long Written);

/// <summary>A transfer can't go on, or what it made isn't what it read; the message says what to do.</summary>
public sealed class TransferException(string message) : Exception(message);

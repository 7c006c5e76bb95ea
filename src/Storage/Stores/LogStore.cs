using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Pages of step logs.</summary>
public sealed class LogStore(IDocumentDatabase database, ChangeFeed feed) : IStore
{
    private readonly DocumentCollection<LogPage> _pages = new(database, "logs", DocumentJson.Default.LogPage);

    /// <summary>Other processes may store pages, too.</summary>
    public bool IsShared => database.IsShared;

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _pages.EnsureIndexAsync(new("by_line", ["stepRef", "attempt", "firstLine"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _pages.EnsureIndexAsync(new("by_execution", ["executionRef"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stores consecutive pages of one attempt together and wakes the readers of the step's log. False: what begins with one of their lines is stored already.</summary>
    public async Task<bool> AppendAsync(IReadOnlyList<LogPage> pages, CancellationToken cancellationToken)
    {
        if (!await _pages.TryInsertAsync(pages, cancellationToken).ConfigureAwait(false))
            return false;
        feed.Signal(ChangeTopic.StepLog(Id<Step>.Parse(pages[0].StepRef)));
        return true;
    }

    /// <summary>The page stored last, or null: it says where to go on.</summary>
    public Task<LogPage?> LastPageAsync(Id<Step> step, int attempt, CancellationToken cancellationToken) =>
        _pages.FindOneAsync(OfAttempt(step, attempt), [new("firstLine", Descending: true)], cancellationToken);

    /// <summary>Where to read from to see a line: the first line of the page that holds it, or, while none does, the first that is not stored yet.</summary>
    /// <param name="line">Number of a line, from 1.</param>
    public async Task<long> StartOfPageAsync(Id<Step> step, int attempt, long line, CancellationToken cancellationToken)
    {
        var page = line <= 1 ? null : await _pages.FindOneAsync(
            Filter.Every(OfAttempt(step, attempt), Filter.LessOrEqual("firstLine", line)),
            [new("firstLine", Descending: true)],
            cancellationToken).ConfigureAwait(false);
        var next = page is null ? 1 : page.FirstLine + page.LineCount;
        return next > line && page is not null ? page.FirstLine : next;
    }

    /// <summary>Pages in order that begin with the line or a later one.</summary>
    /// <param name="limit">At most this many pages.</param>
    public Task<IReadOnlyList<LogPage>> FindAsync(Id<Step> step, int attempt, long firstLine, int limit, CancellationToken cancellationToken) =>
        _pages.FindAsync(
            new(Filter.Every(OfAttempt(step, attempt), Filter.GreaterOrEqual("firstLine", firstLine))) { Sort = ["firstLine"], Limit = limit },
            cancellationToken);

    /// <summary>Pages of all steps of the execution in the order of their ids.</summary>
    /// <param name="from">The first id; null: from the first page.</param>
    /// <param name="before">The first id that is left out.</param>
    public Task<IReadOnlyList<LogPage>> FindByExecutionAsync(
        Id<Execution> execution, Id<LogPage>? from, Id<LogPage> before, int limit, CancellationToken cancellationToken) =>
        _pages.FindAsync(
            new(Filter.Every(
                Filter.Equal("executionRef", FilterValue.Of(execution)),
                Filter.GreaterOrEqual("_id", (from ?? default).Value),
                Filter.Less("_id", before.Value)))
            {
                Limit = limit,
            },
            cancellationToken);

    /// <summary>The id of the page that was made last, or null.</summary>
    public Task<Id<LogPage>?> LastIdAsync(CancellationToken cancellationToken) => _pages.NewestIdAsync(cancellationToken);

    /// <summary>Deletes the log of all attempts.</summary>
    public Task<long> DeleteAsync(Id<Step> step, CancellationToken cancellationToken) =>
        _pages.DeleteAsync(Filter.Equal("stepRef", FilterValue.Of(step)), cancellationToken);

    private static Filter OfAttempt(Id<Step> step, int attempt) =>
        Filter.Every(Filter.Equal("stepRef", FilterValue.Of(step)), Filter.Equal("attempt", attempt));
}

using System.Runtime.CompilerServices;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>
/// The history. Events become visible in the order of their ids, so an id is a cursor that never skips one: they are
/// written one group after the other, and ids are given when a group is written. Where several processes write to one
/// database, the next id is always the one right after the last: two groups at once want the same one, and the slower asks again.
/// </summary>
public sealed class EventStore(IDocumentDatabase database, ChangeFeed feed, TimeProvider time) : IStore
{
    private const int PageSize = 500;

    private readonly DocumentCollection<ExecutionEvent> _events = new(database, "events", DocumentJson.Default.ExecutionEvent);
    private readonly Lock _gate = new();
    private Group? _gathering;
    private Task _writing = Task.CompletedTask;
    private ObjectId? _last;

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _events.EnsureIndexAsync(new("by_execution", ["executionRef"]), cancellationToken);

    /// <summary>Appends one event; its id is given by the store.</summary>
    public Task AppendAsync(ExecutionEvent e, CancellationToken cancellationToken) => AppendAsync([e], cancellationToken);

    /// <summary>Appends events that follow each other; their ids are given by the store. Once begun it isn't cancelled.</summary>
    public Task AppendAsync(IReadOnlyList<ExecutionEvent> events, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (events.Count == 0)
            return Task.CompletedTask;
        lock (_gate)
        {
            if (_gathering is null)
            {
                _gathering = new();
                _writing = WriteAfterAsync(_writing, _gathering);
            }
            _gathering.Events.AddRange(events);
            return _gathering.Written.Task;
        }
    }

    /// <summary>Events after the cursor, oldest first.</summary>
    public Task<IReadOnlyList<ExecutionEvent>> FindAsync(
        Id<ExecutionEvent>? after, Id<Execution>? executionRef, int limit, CancellationToken cancellationToken)
    {
        var filters = new List<Filter>(2);
        if (executionRef is { } execution)
            filters.Add(Filter.Equal("executionRef", FilterValue.Of(execution)));
        if (after is { } cursor)
            filters.Add(Filter.Greater("_id", cursor.Value));
        return _events.FindAsync(new(Filter.Every(filters)) { Limit = limit }, cancellationToken);
    }

    /// <summary>The id of the newest event, or null when there is none: where to start to see only what comes.</summary>
    public Task<Id<ExecutionEvent>?> LastIdAsync(CancellationToken cancellationToken) => _events.NewestIdAsync(cancellationToken);

    /// <summary>The stored events after the cursor and then the new ones as they come: none left out, none twice. Ends when cancelled.</summary>
    public async IAsyncEnumerable<ExecutionEvent> WatchAsync(
        Id<ExecutionEvent>? after, Id<Execution>? executionRef, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var subscription = feed.Subscribe(executionRef is { } execution ? ChangeTopic.Execution(execution) : ChangeTopic.Events);
        while (true)
        {
            var page = await FindAsync(after, executionRef, PageSize, cancellationToken).ConfigureAwait(false);
            foreach (var e in page)
            {
                yield return e;
                after = e.Id;
            }
            if (page.Count < PageSize)
                await subscription.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAfterAsync(Task previous, Group group)
    {
        await previous.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
            _gathering = null; // what comes from now on gathers in the next group, while this one is written
        try
        {
            await WriteAsync(group.Events).ConfigureAwait(false);
            group.Written.SetResult();
        }
        catch (Exception exception)
        {
            group.Written.SetException(exception);
        }
    }

    private async Task WriteAsync(List<ExecutionEvent> events)
    {
        var before = _last ?? await LastAsync().ConfigureAwait(false);
        List<ExecutionEvent> numbered;
        while (true)
        {
            var last = before;
            numbered = events.ConvertAll(e => e with { Id = new(Following(ref last)) });
            if (await _events.TryInsertAsync(numbered, CancellationToken.None).ConfigureAwait(false))
                break;
            if (!database.IsShared)
                throw new DatabaseException($"The event {numbered[0].Id} is stored already, though its id is new: does another process write to this data folder?");
            before = await LastAsync().ConfigureAwait(false);
        }
        _last = numbered[^1].Id.Value;
        feed.Signal(ChangeTopic.Events);
        foreach (var execution in numbered.Select(e => e.ExecutionRef).OfType<Id<Execution>>().Distinct())
            feed.Signal(ChangeTopic.Execution(execution));
    }

    private async Task<ObjectId?> LastAsync() => (await LastIdAsync(CancellationToken.None).ConfigureAwait(false))?.Value;

    /// <summary>A new id after the last one, also when an earlier process with the same clock's second, or a faster clock, made that.</summary>
    private ObjectId Following(ref ObjectId? last)
    {
        var id = database.IsShared ? (last ?? default).Next() : ObjectId.New(time);
        if (last is { } previous && id <= previous)
            id = previous.Next();
        last = id;
        return id;
    }

    private sealed class Group
    {
        public List<ExecutionEvent> Events { get; } = [];
        public TaskCompletionSource Written { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Answers of requests that may be sent twice, kept for a day.</summary>
public sealed class IdempotencyStore(IDocumentDatabase database, TimeProvider time) : IStore
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>How long a request may be worked on; after that (its process died) the key is free again.</summary>
    public static readonly TimeSpan WorkLimit = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private readonly DocumentCollection<IdempotentRequest> _requests = new(database, "idempotency", DocumentJson.Default.IdempotentRequest);
    private long _sweptAt;

    public async Task EnsureIndexesAsync(CancellationToken cancellationToken)
    {
        await _requests.EnsureIndexAsync(new("by_key", ["key"], Unique: true), cancellationToken).ConfigureAwait(false);
        await _requests.EnsureIndexAsync(new("by_expiry", ["expiresAt"]), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes the key for a request. The returned document is the caller's own when <c>IsNew</c>: do the work, then
    /// <see cref="CompleteAsync"/> or <see cref="AbandonAsync"/>. Otherwise it is the earlier request's: answer the same, or
    /// refuse when its fingerprint differs or its response isn't there yet.
    /// </summary>
    public async Task<(IdempotentRequest Request, bool IsNew)> BeginAsync(string key, string fingerprint, CancellationToken cancellationToken)
    {
        await SweepAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var now = time.GetUtcNow();
            if (await FindAsync(key, cancellationToken).ConfigureAwait(false) is { } earlier)
                return (earlier, false);
            await _requests.DeleteAsync(Filter.Every(Filter.Equal("key", key), Filter.LessOrEqual("expiresAt", now)), cancellationToken).ConfigureAwait(false);
            var request = new IdempotentRequest
            {
                Id = Id<IdempotentRequest>.New(time),
                Key = key,
                Fingerprint = fingerprint,
                ExpiresAt = now + WorkLimit,
            };
            if (await _requests.TryInsertAsync(request, cancellationToken).ConfigureAwait(false))
                return (request with { Revision = 1 }, true);
        }
    }

    /// <summary>The request with that key, unless it is a day old.</summary>
    public async Task<IdempotentRequest?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var found = await _requests.FindOneAsync(Filter.Equal("key", key), [], cancellationToken).ConfigureAwait(false);
        return found is not null && found.ExpiresAt > time.GetUtcNow() ? found : null;
    }

    /// <summary>Keeps the answer for whoever sends the request again.</summary>
    public Task CompleteAsync(IdempotentRequest request, IdempotentResponse response, CancellationToken cancellationToken) =>
        _requests.UpdateAsync(request.Id, stored => stored with { Response = response, ExpiresAt = time.GetUtcNow() + Lifetime }, cancellationToken);

    /// <summary>Frees the key, because nothing was done: the request may be sent again.</summary>
    public Task AbandonAsync(IdempotentRequest request, CancellationToken cancellationToken) =>
        _requests.DeleteAsync(Filter.Equal("_id", request.Id.Value), cancellationToken);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var now = time.GetTimestamp();
        var swept = Volatile.Read(ref _sweptAt);
        if (swept != 0 && time.GetElapsedTime(swept, now) < SweepInterval)
            return;
        if (Interlocked.CompareExchange(ref _sweptAt, now, swept) == swept)
            await _requests.DeleteAsync(Filter.LessOrEqual("expiresAt", time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
    }
}

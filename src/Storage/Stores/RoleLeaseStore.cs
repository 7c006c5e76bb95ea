using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>Jobs of which one copy at a time works, across processes.</summary>
public sealed class RoleLeaseStore(IDocumentDatabase database, TimeProvider time) : IStore
{
    private readonly DocumentCollection<RoleLease> _leases = new(database, "leases", DocumentJson.Default.RoleLease);

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _leases.EnsureIndexAsync(new("by_name", ["name"], Unique: true), cancellationToken);

    /// <summary>Takes the job if nobody has it. Null: somebody does, or was faster.</summary>
    public async Task<RoleLease?> TryTakeAsync(string name, string holder, TimeSpan duration, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var stored = await _leases.FindOneAsync(Filter.Equal("name", name), [], cancellationToken).ConfigureAwait(false);
        if (stored is null)
        {
            var first = new RoleLease { Id = Id<RoleLease>.New(time), Name = name, Holder = holder, Fence = 1, ExpiresAt = now + duration };
            return await _leases.TryInsertAsync(first, cancellationToken).ConfigureAwait(false) ? first with { Revision = 1 } : null;
        }
        return stored.ExpiresAt > now
            ? null
            : await _leases.TryReplaceAsync(stored with { Holder = holder, Fence = stored.Fence + 1, ExpiresAt = now + duration }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Keeps it for another while. Null: it is another's now.</summary>
    public Task<RoleLease?> RenewAsync(RoleLease lease, TimeSpan duration, CancellationToken cancellationToken) =>
        ChangeAsync(lease, time.GetUtcNow() + duration, cancellationToken);

    /// <summary>Gives it back, so that another needn't wait for its end.</summary>
    public Task ReleaseAsync(RoleLease lease, CancellationToken cancellationToken) => ChangeAsync(lease, time.GetUtcNow(), cancellationToken);

    private Task<RoleLease?> ChangeAsync(RoleLease lease, DateTimeOffset expiresAt, CancellationToken cancellationToken) =>
        _leases.UpdateAsync(lease.Id, stored => stored.Fence == lease.Fence ? stored with { ExpiresAt = expiresAt } : null, cancellationToken);
}

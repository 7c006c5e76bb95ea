using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Storage.Stores;

/// <summary>The runners, each of which writes its own document.</summary>
public sealed class NodeStore(IDocumentDatabase database) : IStore
{
    private readonly DocumentCollection<Node> _nodes = new(database, "nodes", DocumentJson.Default.Node);

    public Task EnsureIndexesAsync(CancellationToken cancellationToken) =>
        _nodes.EnsureIndexAsync(new("by_heartbeat", ["active", "heartbeatAt"]), cancellationToken);

    public Task<Node?> GetAsync(Id<Node> id, CancellationToken cancellationToken) => _nodes.GetAsync(id, cancellationToken);

    /// <summary>Stores what <paramref name="change"/> makes of the node, or of null when it is not stored yet.</summary>
    public async Task<Node> SaveAsync(Id<Node> id, Func<Node?, Node> change, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await _nodes.UpdateAsync(id, change, cancellationToken).ConfigureAwait(false) is { } changed)
                return changed;
            var added = change(null);
            if (await _nodes.TryInsertAsync(added, cancellationToken).ConfigureAwait(false))
                return added with { Revision = 1 };
        }
    }

    /// <summary>A page of all nodes, newest first.</summary>
    public Task<IReadOnlyList<Node>> ListAsync(Id<Node>? before, int limit, CancellationToken cancellationToken) =>
        _nodes.NewestAsync(Filter.All, before, limit, cancellationToken);

    /// <summary>Writes of nodes that were silent since that time that they aren't active. A process that was killed can't say so itself.</summary>
    public async Task EndSilentAsync(DateTimeOffset since, CancellationToken cancellationToken)
    {
        var silent = new DocumentQuery(Filter.Every(Filter.Equal("active", true), Filter.Less("heartbeatAt", since))) { Sort = ["heartbeatAt"], Limit = 100 };
        foreach (var node in await _nodes.FindAsync(silent, cancellationToken).ConfigureAwait(false))
            await _nodes.UpdateAsync(node.Id, stored => stored with { Active = stored.Active && stored.HeartbeatAt >= since }, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes nodes that have not been active since that time: each Pod of a cluster is a new one.</summary>
    public Task DeleteForgottenAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        _nodes.DeleteAsync(Filter.Every(Filter.Equal("active", false), Filter.Less("heartbeatAt", since)), cancellationToken);
}

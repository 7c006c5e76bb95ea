namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    private const string Nodes = Api + "nodes";

    public Task<Page<NodeView>> ListNodesAsync(string? after, int? limit, CancellationToken cancellationToken) =>
        GetAsync(Query(Nodes, ("after", after), ("limit", limit?.ToString())), WireJson.Default.PageNodeView, cancellationToken);

    /// <summary>Null: there is no such node.</summary>
    public Task<NodeView?> FindNodeAsync(string id, CancellationToken cancellationToken) =>
        FindAsync($"{Nodes}/{Part(id)}", WireJson.Default.NodeView, cancellationToken);
}

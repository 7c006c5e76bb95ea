using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Twinrunner.Client;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

internal static class NodeEndpoints
{
    public static void MapNodes(this IEndpointRouteBuilder api)
    {
        var nodes = api.MapGroup("/nodes").WithTags("Nodes");
        nodes.MapGet("", ListAsync).WithName("ListNodes").WithSummary("Runner processes, newest first");
        nodes.MapGet("/{id}", GetAsync).WithName("GetNode").WithSummary("One runner process");
    }

    private static async Task<Results<Ok<Page<NodeView>>, Problem>> ListAsync(
        Id<Node>? after, int? limit, NodeStore nodes, HttpRequest request, CancellationToken cancellationToken)
    {
        if (Paging.Limit(limit, out var problem) is not { } size)
            return problem!;
        var found = await nodes.ListAsync(after, size + 1, cancellationToken);
        return TypedResults.Ok(found.ToPage(size, request, node => node.Id, ToView));
    }

    private static async Task<Results<Ok<NodeView>, Problem>> GetAsync(Id<Node> id, NodeStore nodes, CancellationToken cancellationToken) =>
        await nodes.GetAsync(id, cancellationToken) is { } node ? TypedResults.Ok(ToView(node)) : Problem.NotFound("node", id);

    private static NodeView ToView(Node node) => new()
    {
        Id = node.Id.ToString(),
        Href = Hrefs.Node(node.Id),
        Host = node.Host,
        Os = node.Os,
        Roles = node.Roles,
        Labels = node.Labels,
        Executors = node.Executors,
        Trouble = node.Trouble,
        Slots = node.Capacity.Steps,
        Cpu = node.Capacity.Cpu,
        Memory = node.Capacity.Memory,
        Gpu = node.Capacity.Gpu,
        RunningSteps = node.RunningSteps,
        TotalSteps = node.TotalSteps,
        Active = node.Active,
        Draining = node.Draining,
        StartedAt = node.StartedAt,
        HeartbeatAt = node.HeartbeatAt,
    };
}

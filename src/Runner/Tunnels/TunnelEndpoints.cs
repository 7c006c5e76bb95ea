using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Twinrunner.Client;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using StepStatus = Twinrunner.Storage.Documents.StepStatus;

namespace Twinrunner.Runner.Tunnels;

/// <summary>
/// Connections to what a step serves, through the server: for whoever reaches the server, but not the step's node or cluster.
/// They are bytes in a WebSocket rather than pages under the server's own address: there a component's scripts could do
/// whatever their reader may, and only HTTP would pass.
/// </summary>
internal static class TunnelEndpoints
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void MapTunnels(this IEndpointRouteBuilder api) =>
        api.MapGet("/steps/{id}/ports/{port:int}/tunnel", OpenAsync).WithTags("Steps").WithName("OpenStepTunnel")
            .WithSummary("A connection to a port that a step serves, as a WebSocket of binary messages; without an upgrade, whether it would be taken")
            .Produces(StatusCodes.Status101SwitchingProtocols).Produces(StatusCodes.Status204NoContent);

    private static async Task<IResult> OpenAsync(
        Id<Step> id, int port, HttpContext context, StepStore steps, NodeIdentity node, IHostApplicationLifetime lifetime, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await steps.GetAsync(id, cancellationToken) is not { } step)
            return Problem.NotFound("step", id);
        if (Refusal(step, port, node) is { } problem)
            return problem;
        using var connection = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var patience = new CancellationTokenSource(Patience, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            using var connecting = CancellationTokenSource.CreateLinkedTokenSource(ended.Token, patience.Token);
            await connection.ConnectAsync(step.ServiceHost ?? "127.0.0.1", step.PublishedPorts![port.ToString()], connecting.Token);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !ended.IsCancellationRequested)
        {
            return Problem.Unavailable($"The step takes no connections on port {port}: {(exception is SocketException ? exception.Message : "no answer")}.");
        }
        if (!context.WebSockets.IsWebSocketRequest)
            return TypedResults.NoContent();
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            await Tunnel.CarryAsync(socket, connection, ended.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            socket.Abort(); // whoever is at the other end sees the connection break, as it did
        }
        return Results.Empty;
    }

    private static Problem? Refusal(Step step, int port, NodeIdentity node)
    {
        if (step.Status is not (StepStatus.Running or StepStatus.Ready))
            return Problem.Conflict($"The step '{step.Name}' is {step.Status}: only one that runs takes connections.");
        if (step.PublishedPorts?.ContainsKey(port.ToString()) != true)
        {
            return Problem.NotFound(step.PublishedPorts is { Count: > 0 } ports
                ? $"The step '{step.Name}' has no port {port}. It has {string.Join(", ", ports.Keys)}."
                : $"The step '{step.Name}' has no ports: its workflow or component names none.");
        }
        // The ports of a container are published on its own machine only.
        return step.ServiceHost is null && step.Lease?.Node != node.Id
            ? Problem.Conflict($"The step '{step.Name}' runs on another machine (node {step.Lease?.Node}): ask the server that runs there.")
            : null;
    }
}

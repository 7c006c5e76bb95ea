using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary><c>twin step forward</c></summary>
internal sealed class ForwardVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly Argument<string> _step = new("STEP") { Description = "Name of the step." };
    private readonly Argument<string[]> _ports = new("[LOCAL:]PORT")
    {
        Description = "A port of the step, and the port to take here (any free one). Without any: all its ports.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public ForwardVerb(CliContext context) : base(context, "forward", "Reach what a step serves, wherever it runs.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_step);
        Add(_ports);
    }

    public override string Details => """
        A step in a cluster, or on another machine, serves where your browser can't reach it. This takes a port of this machine's
        loopback interface and carries its connections through the server to the step, until Ctrl-C.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin step forward last atlas", "all ports of the step atlas, each at a free port here"),
        new("twin step forward last database 5432:5432", "a database, under its usual port"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var step = await Naming.StepAsync(server.Client, id, arguments.GetRequiredValue(_step), cancellationToken);
        var wanted = (arguments.GetValue(_ports) ?? []).Select(Parse).ToList();
        if (wanted.Count == 0)
            wanted.AddRange(step.PublishedPorts.Keys.Select(Parse));
        if (wanted.Count == 0)
            throw CliError.NotFound($"{step.Name} serves no ports now", "twin show says what it does");
        var listeners = new List<(TcpListener Listener, int Port)>();
        try
        {
            foreach (var (local, port) in wanted)
            {
                await server.Client.CheckTunnelAsync(step.Id, port, cancellationToken);
                listeners.Add((Listen(local), port));
                Terminal.Print($"http://{listeners[^1].Listener.LocalEndpoint} → port {port} of {step.Name}");
            }
            Terminal.Note("Ctrl-C ends it");
            await Task.WhenAll(listeners.Select(one => AcceptAsync(one.Listener, server.Client, step.Id, one.Port, cancellationToken)));
            return ExitCode.Success;
        }
        finally
        {
            listeners.ForEach(one => one.Listener.Dispose());
        }
    }

    private static (int Local, int Port) Parse(string text)
    {
        var colon = text.IndexOf(':');
        var local = (ushort)0;
        return (colon < 0 || ushort.TryParse(text[..colon], out local)) && ushort.TryParse(text[(colon + 1)..], out var port) && port > 0
            ? (local, port)
            : throw CliError.Usage($"'{text}' is no port", "write it as 8080, or as 9000:8080 to take port 9000 here");
    }

    private static TcpListener Listen(int port)
    {
        var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException exception)
        {
            listener.Dispose();
            throw new CliError(ExitCode.NotFoundOrConflict, $"port {port} can't be taken here: {exception.Message}", "name another, or leave it out to have any free one", exception);
        }
    }

    private async Task AcceptAsync(TcpListener listener, RunnerClient client, string stepId, int port, CancellationToken cancellationToken)
    {
        var carried = new List<Task>();
        try
        {
            while (true)
            {
                var connection = await listener.AcceptSocketAsync(cancellationToken);
                carried.RemoveAll(task => task.IsCompleted);
                carried.Add(CarryAsync(connection, client, stepId, port, cancellationToken));
            }
        }
        finally
        {
            await Task.WhenAll(carried);
        }
    }

    private async Task CarryAsync(Socket connection, RunnerClient client, string stepId, int port, CancellationToken cancellationToken)
    {
        using var _ = connection;
        try
        {
            using var tunnel = await client.OpenTunnelAsync(stepId, port, cancellationToken);
            await Tunnel.CarryAsync(tunnel, connection, cancellationToken);
        }
        catch (WebSocketException refused)
        {
            Terminal.Note(await WhyAsync(client, stepId, port, cancellationToken) ?? $"a connection was refused: {refused.Message}");
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // One end closed without a word: the other sees the same.
        }
    }

    private static async Task<string?> WhyAsync(RunnerClient client, string stepId, int port, CancellationToken cancellationToken)
    {
        try
        {
            await client.CheckTunnelAsync(stepId, port, cancellationToken);
            return null;
        }
        catch (Exception exception) when (exception is ApiException or ServerUnreachableException or OperationCanceledException)
        {
            return exception.Message;
        }
    }
}

using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Nodes;

/// <summary><c>twin node list</c></summary>
internal sealed class ListNodesVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListNodesVerb(CliContext context) : base(context, "list", "List the runner processes and how busy they are.") => Add(_output);

    public override string Details => "A node is one process that runs steps. One that has stopped stays in the list as inactive.";

    public override IReadOnlyList<Example> Examples => [new("twin node list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var nodes = await Pages.AllAsync((after, token) => server.Client.ListNodesAsync(after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, nodes, ["NODE", "HOST", "STATE", "STEPS", "EXECUTORS", "HEARD", "TROUBLE"], node =>
        [
            node.Id, node.Host, NodeState.Of(node), $"{node.RunningSteps}/{node.Slots}", string.Join(", ", node.Executors),
            Humane.Ago(node.HeartbeatAt, Context.Time), new Cell(node.Trouble ?? "", Tone.Bad),
        ]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin node show</c></summary>
internal sealed class ShowNodeVerb : ServerVerb
{
    private readonly Argument<string> _node = new("NODE") { Description = "Its id, the end of the id, or its host." };
    private readonly OutputOption _output = new();

    public ShowNodeVerb(CliContext context) : base(context, "show", "Show a runner process.")
    {
        Add(_node);
        Add(_output);
    }

    public override string Details => "Shows what it offers to steps, and what is wrong with its engine when something is.";

    public override IReadOnlyList<Example> Examples => [new("twin node show $(hostname)", "this machine's")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var text = arguments.GetRequiredValue(_node);
        var nodes = await Pages.AllAsync((after, token) => server.Client.ListNodesAsync(after, 500, token), cancellationToken);
        var node = nodes.FirstOrDefault(node => node.Id == text)
            ?? nodes.FirstOrDefault(node => node.Host == text || node.Id.EndsWith(text, StringComparison.Ordinal))
            ?? throw CliError.NotFound($"there is no node '{text}'", "twin node list shows what there is");
        _output.Print(arguments, Terminal, node, writer =>
        {
            writer.WriteLine($"node       {node.Id} on {node.Host} ({node.Os})");
            writer.WriteLine($"state      {NodeState.Of(node).Text}, heard {Humane.Ago(node.HeartbeatAt, Context.Time)}, started {Humane.Ago(node.StartedAt, Context.Time)}");
            writer.WriteLine($"steps      {node.RunningSteps} of {node.Slots} at once; {node.TotalSteps} so far");
            writer.WriteLine($"offers     {node.Cpu} cores, {Humane.Size(node.Memory)}, {Humane.Count(node.Gpu, "GPU")}");
            writer.WriteLine($"executors  {string.Join(", ", node.Executors)}");
            if (node.Labels.Count > 0)
                writer.WriteLine($"labels     {string.Join(", ", node.Labels.Select(label => $"{label.Key}={label.Value}"))}");
            if (node.Trouble is not null)
                writer.WriteLine($"trouble    {Terminal.OutStyle.Paint(Tone.Bad, Terminal.ForOut(node.Trouble))}");
        });
        return ExitCode.Success;
    }
}

internal static class NodeState
{
    public static Cell Of(NodeView node) => node switch
    {
        { Active: false } => new("inactive", Tone.Faint),
        { Draining: true } => new("draining", Tone.Warning),
        { Trouble: not null } => new("in trouble", Tone.Bad),
        _ => new("active", Tone.Good),
    };
}

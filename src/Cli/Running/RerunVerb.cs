using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Running;

/// <summary><c>twin rerun</c></summary>
internal sealed class RerunVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly Option<string?> _from = new("--from") { Description = "Run again from this step on, with all that depend on it; the others keep their outputs.", HelpName = "STEP" };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Run every step, whatever earlier runs left." };
    private readonly ParameterOptions _parameters = new();
    private readonly FollowOptions _follow = new();

    public RerunVerb(CliContext context) : base(context, "rerun", "Run an execution again, whole or from a step, as a new execution.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_from);
        Add(_noCache);
        _parameters.AddTo(this);
        _follow.AddTo(this);
    }

    public override string Details => """
        Starts a new execution of the same workflow file, with the parameters of the first unless others are given, and stays
        with it as `twin run` does. With --from, steps before the named one are not run: their outputs are taken over.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin rerun last", "the same once more"),
        new("twin rerun 3f2a --from analyse -p THRESHOLD=0.5", "another analysis of the same data"),
    ];

    protected override bool Drives(ParseResult arguments) => true;

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var request = new RerunExecution
        {
            FromStep = arguments.GetValue(_from),
            NoCache = arguments.GetValue(_noCache),
            Parameters = await _parameters.ReadAsync(arguments, Context, cancellationToken),
        };
        _follow.Check(arguments, server);
        try
        {
            var key = Guid.NewGuid().ToString("N");
            var started = await server.AskAsync(client => client.RerunExecutionAsync(id, request, cancellationToken, key), cancellationToken);
            return await _follow.FollowAsync(arguments, Context, server, started, after: null, cancellationToken);
        }
        catch (ApiException refused) when (refused.Faults.Count > 0)
        {
            var first = await server.Client.GetExecutionAsync(id, cancellationToken);
            throw FaultReport.Refused(refused, new WorkflowText($"workflow of {id}", first.Spec ?? ""), Terminal);
        }
    }
}

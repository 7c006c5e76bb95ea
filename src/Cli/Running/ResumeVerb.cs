using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Running;

/// <summary><c>twin resume</c></summary>
internal sealed class ResumeVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly FollowOptions _follow = new();

    public ResumeVerb(CliContext context) : base(context, "resume", "Let a paused, failed or cancelled execution go on.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        _follow.AddTo(this);
    }

    public override string Details => """
        A paused execution starts steps again. A failed or cancelled one goes on where it stopped: steps that succeeded are
        kept, the others run again. The command stays with it as `twin run` does; --detach returns at once.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin resume last", "go on after the cause of a failure is repaired"),
        new("twin resume --detach 3f2a", "and don't wait for it"),
    ];

    protected override bool Drives(ParseResult arguments) => true;

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        _follow.Check(arguments, server);
        var lastEvent = await Events.EventCursor.LastAsync(server.Client, id, cancellationToken);
        var resumed = await server.Client.ResumeExecutionAsync(id, cancellationToken);
        return await _follow.FollowAsync(arguments, Context, server, resumed, lastEvent, cancellationToken);
    }
}

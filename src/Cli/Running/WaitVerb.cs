using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Running;

/// <summary><c>twin wait</c></summary>
internal sealed class WaitVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly OutputOption _output = new();

    public WaitVerb(CliContext context) : base(context, "wait", "Wait until an execution has ended; its result is the exit code.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_output);
    }

    public override string Details => """
        Says nothing while it waits and prints the final status: 0 when the execution succeeded, 1 when it failed, 130 when it
        was cancelled. Ctrl-C ends the waiting and leaves the execution alone.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin wait last && twin cp last/report .", "fetch the report when it is there")];

    // Waiting for something that nobody drives would be for ever.
    protected override bool Drives(ParseResult arguments) => true;

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var follower = new ExecutionFollower(server, Context, new QuietView()) { WantsLogOf = _ => false };
        var ended = await follower.FollowAsync(id, after: null, cancellationToken);
        _output.Print(arguments, Terminal, ended, writer => writer.WriteLine(ended.Status));
        return FollowOptions.CodeOf(ended.Status);
    }
}

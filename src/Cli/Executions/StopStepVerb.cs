using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Executions;

/// <summary><c>twin step stop</c></summary>
internal sealed class StopStepVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly Argument<string> _step = new("STEP") { Description = "Name of the step." };

    public StopStepVerb(CliContext context) : base(context, "stop", "End a step that serves until it is stopped; it has succeeded then.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_step);
    }

    public override string Details => """
        An interactive or background step (a dashboard, a database) runs until somebody ends it. This does: its container is
        asked to stop, its outputs are collected, and the step counts as succeeded. To stop a step that hangs, cancel the execution.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin step stop last dashboard", "close the dashboard of the newest execution")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var found = await Naming.StepAsync(server.Client, id, arguments.GetRequiredValue(_step), cancellationToken);
        await server.Client.StopStepAsync(found.Id, cancellationToken);
        Terminal.Note($"{found.Name} of {id} is being stopped");
        return ExitCode.Success;
    }
}

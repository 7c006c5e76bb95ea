using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Logs;

/// <summary><c>twin logs</c></summary>
internal sealed class LogsVerb : ServerVerb
{
    private const int LinesAtOnce = 500;

    private readonly ExecutionArgument _execution;
    private readonly Argument<string?> _step = new("STEP") { Description = "Only this step's log.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with new lines until the execution, or the step, has ended." };
    private readonly Option<int?> _tail = new("--tail", "-n") { Description = "Only the last lines of each log.", HelpName = "LINES" };
    private readonly Option<int?> _attempt = new("--attempt") { Description = "The log of this try (default: the last).", HelpName = "NUMBER" };
    private readonly Option<bool> _times = new("--timestamps", "-t") { Description = "Print the time of each line before it." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each line as a line of JSON." };

    public LogsVerb(CliContext context) : base(context, "logs", "Print the logs of an execution or of one step.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_step);
        Add(_follow);
        Add(_tail);
        Add(_attempt);
        Add(_times);
        Add(_json);
    }

    public override string Details => """
        Logs are kept for ever: what a container printed is here after it is gone. Of one step the lines come as they are; of a
        whole execution each stands behind the name of its step. With -f a restart of the server costs no line and shows none twice.

        On a terminal, control characters of the text are made visible instead of obeyed. In a pipe the text of a step is
        exact, byte for byte.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin logs last", "everything that the newest execution printed"),
        new("twin logs -f last analyse", "follow one step"),
        new("twin logs last analyse --attempt 1 -n 20", "how its first try ended"),
        new("twin logs 3f2a load > load.log", "keep a log as a file"),
    ];

    protected override bool Drives(ParseResult arguments) => arguments.GetValue(_follow);

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var step = arguments.GetValue(_step) is { } name ? await Naming.StepAsync(server.Client, id, name, cancellationToken) : null;
        IExecutionView view = arguments.GetValue(_json)
            ? new JsonLogView(Terminal)
            : new LogView(Terminal, withNames: step is null, arguments.GetValue(_times));

        if (arguments.GetValue(_follow) && arguments.GetValue(_attempt) is null)
        {
            var follower = new ExecutionFollower(server, Context, view)
            {
                WantsLogOf = other => step is null || other == step.Name,
                Tail = arguments.GetValue(_tail),
            };
            await follower.FollowAsync(id, after: null, cancellationToken);
            return ExitCode.Success;
        }
        IReadOnlyList<StepView> steps = step is not null ? [step] : await AllAsync(server.Client, id, cancellationToken);
        foreach (var one in steps)
            await PrintAsync(one, arguments, view, server, cancellationToken);
        return ExitCode.Success;
    }

    private async Task PrintAsync(StepView step, ParseResult arguments, IExecutionView view, ServerConnection server, CancellationToken cancellationToken)
    {
        var attempt = arguments.GetValue(_attempt);
        var tail = arguments.GetValue(_tail);
        if (attempt is not null && arguments.GetValue(_follow))
        {
            await foreach (var line in server.FollowAsync(null, (client, last) => client.FollowLogAsync(step.Id, attempt, last, tail, cancellationToken), cancellationToken))
                view.Line(step.Id, step.Name, line);
            return;
        }
        var plain = arguments.GetValue(_step) is not null && tail is null && !arguments.GetValue(_times) && !arguments.GetValue(_json);
        if (plain && !Terminal.OutIsTerminal && Terminal.OutBytes is { } bytes)
        {
            await using var text = await server.Client.OpenLogAsync(step.Id, attempt, cancellationToken);
            await text.CopyToAsync(bytes, cancellationToken);
            await bytes.FlushAsync(cancellationToken);
            return;
        }
        string? after = null;
        do
        {
            var page = await server.Client.ListLogLinesAsync(step.Id, attempt, after, tail, LinesAtOnce, cancellationToken);
            foreach (var line in page.Items)
                view.Line(step.Id, step.Name, line);
            after = page.Next;
        }
        while (after is not null);
    }

    private static async Task<IReadOnlyList<StepView>> AllAsync(RunnerClient client, string executionId, CancellationToken cancellationToken)
    {
        var steps = new List<StepView>();
        await foreach (var step in client.AllStepsAsync(executionId, cancellationToken))
            steps.Add(step);
        return steps;
    }
}

using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary><c>twin ls</c>, <c>twin execution list</c></summary>
internal sealed class ListVerb : ServerVerb
{
    private static readonly string[] Headings = ["EXECUTION", "STATUS", "TITLE", "STEPS", "STARTED", "TIME"];

    private readonly Option<ExecutionStatus?> _status = new("--status") { Description = "Only those in this status.", HelpName = "STATUS" };
    private readonly Option<string?> _twin = new("--twin", "--digital-twin") { Description = "Only those of this digital twin (name or id).", HelpName = "TWIN" };
    private readonly Option<string?> _label = new("--label", "-l") { Description = "Only those with this label.", HelpName = "NAME=VALUE" };
    private readonly Option<string?> _text = new("--text") { Description = "Only those with this text in their title.", HelpName = "TEXT" };
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "How many at most (20).", HelpName = "NUMBER", DefaultValueFactory = _ => 20 };
    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print the ids only, one a line." };
    private readonly OutputOption _output = new();

    public ListVerb(CliContext context, string name) : base(context, name, "List executions, newest first.")
    {
        Add(_status);
        Add(_twin);
        Add(_label);
        Add(_text);
        Add(_limit);
        Add(_quiet);
        Add(_output);
    }

    public override string Details => "Shows what ran, runs, and waits to run. The filters go together: each narrows the list further.";

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin ls", "the newest twenty"),
        new("twin ls --status Failed -n 100", "what failed"),
        new("twin ls --twin mobility -o json | jq -r '.[].id'", "ids of the executions of a digital twin"),
        new("twin cancel $(twin ls -q --status Running)", "cancel all that runs"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var wanted = Math.Max(1, arguments.GetValue(_limit));
        var query = new ExecutionQuery
        {
            Status = arguments.GetValue(_status),
            Label = arguments.GetValue(_label),
            Text = arguments.GetValue(_text),
            DigitalTwin = arguments.GetValue(_twin) is { } name ? await Twins.TwinNaming.IdAsync(server.Client, name, cancellationToken) : null,
        };
        var executions = new List<ExecutionSummary>();
        do
        {
            var page = await server.Client.ListExecutionsAsync(query with { Limit = Math.Min(wanted - executions.Count, 500) }, cancellationToken);
            executions.AddRange(page.Items);
            query = query with { After = page.Next };
        }
        while (query.After is not null && executions.Count < wanted);

        if (arguments.GetValue(_quiet))
            executions.ForEach(execution => Terminal.Print(execution.Id));
        else
            _output.PrintAll(arguments, Terminal, executions, Headings, Row);
        return ExitCode.Success;
    }

    private Cell[] Row(ExecutionSummary execution) =>
    [
        execution.Id,
        new(execution.Status.ToString(), Tones.Of(execution.Status)),
        execution.Title,
        execution.StepCount.ToString(),
        Humane.Ago(execution.StartedAt, Context.Time),
        Humane.Duration(execution.StartedAt, execution.EndedAt, Context.Time),
    ];
}

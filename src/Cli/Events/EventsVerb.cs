using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Events;

/// <summary><c>twin events</c>, <c>twin execution events</c></summary>
internal sealed class EventsVerb : ServerVerb
{
    private readonly Argument<string?> _execution = new("EXECUTION")
    {
        Description = "Only those of this execution: its id, a part of it, or last.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<bool> _follow = new("--follow", "-f") { Description = "Go on with new ones as they happen." };
    private readonly Option<string?> _after = new("--after") { Description = "Start after this event.", HelpName = "ID" };
    private readonly OutputOption _output = new();

    public EventsVerb(CliContext context) : base(context, "events", "Show what happened, oldest first.")
    {
        _execution.CompletionSources.Add(completion => ExecutionCompletions.Find(completion, context));
        Add(_execution);
        Add(_follow);
        Add(_after);
        Add(_output);
    }

    public override string Details => """
        Every change of an execution and of its steps is an event, kept for ever in its order. With -o json each is one line, to
        be read by a program as it comes; its id is what --after takes.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin events last", "the history of the newest execution"),
        new("twin events -f -o json | jq -r 'select(.type == \"execution.failed\") | .executionId'", "act on failures"),
    ];

    protected override bool Drives(ParseResult arguments) => arguments.GetValue(_follow);

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = arguments.GetValue(_execution) is { } text ? await Naming.ExecutionAsync(server.Client, text, cancellationToken) : null;
        var after = arguments.GetValue(_after);
        if (arguments.GetValue(_follow))
        {
            var events = server.FollowAsync(after, (client, last) => client.FollowEventsAsync(id, last, cancellationToken), cancellationToken);
            await foreach (var item in events)
                Print(item, arguments);
            return ExitCode.Success;
        }
        var cursor = after;
        do
        {
            var page = await server.Client.ListEventsAsync(id, cursor, limit: 500, cancellationToken);
            foreach (var item in page.Items)
                Print(item, arguments);
            cursor = page.Next;
        }
        while (cursor is not null);
        return ExitCode.Success;
    }

    private void Print(EventView item, ParseResult arguments)
    {
        if (_output.IsJson(arguments))
        {
            Terminal.Print(OutputOption.Line(item));
            return;
        }
        var style = Terminal.OutStyle;
        var reason = item.Reason is null ? "" : $" {item.Reason}";
        var message = item.Message is null ? "" : $": {Terminal.ForOut(item.Message)}";
        Terminal.Print(
            $"{style.Paint(Tone.Faint, $"{item.At:HH:mm:ss.fff}")}  {(item.ExecutionId is null ? "" : Naming.Short(item.ExecutionId)),-8}  "
            + $"{item.Type,-20}  {Terminal.ForOut(item.StepName ?? "")}{reason}{message}".TrimEnd());
    }
}

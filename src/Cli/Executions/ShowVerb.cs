using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary><c>twin show</c>, <c>twin execution show</c></summary>
internal sealed class ShowVerb : ServerVerb
{
    private readonly ExecutionArgument _execution;
    private readonly Option<bool> _spec = new("--spec") { Description = "Print the workflow file that it was started from, exactly." };
    private readonly OutputOption _output = new();

    public ShowVerb(CliContext context, string name) : base(context, name, "Show an execution and its steps.")
    {
        _execution = new ExecutionArgument(context);
        Add(_execution);
        Add(_spec);
        Add(_output);
    }

    public override string Details => """
        Shows where an execution and each of its steps stand: status, tries, time, and for what failed the reason in a
        sentence. A step that serves shows where it can be reached. With -o json the steps are in the member `steps`.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin show last", "the newest execution"),
        new("twin show 3f2a --spec > again.yaml", "its workflow file, to change it and run it again"),
        new("twin show last -o json | jq '.steps[] | select(.status == \"Failed\")'", "its failed steps"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = await Naming.ExecutionAsync(server.Client, arguments.GetRequiredValue(_execution), cancellationToken);
        var view = await server.Client.GetExecutionAsync(id, cancellationToken);
        if (arguments.GetValue(_spec))
        {
            Terminal.Out.Write(Terminal.ForOut(view.Spec ?? ""));
            return ExitCode.Success;
        }
        var steps = new List<StepView>();
        await foreach (var step in server.Client.AllStepsAsync(id, cancellationToken))
            steps.Add(step);
        if (_output.IsJson(arguments))
            Terminal.Print(ExecutionJson.Write(view, steps));
        else
            Print(view, steps);
        return ExitCode.Success;
    }

    private void Print(ExecutionView view, IReadOnlyList<StepView> steps)
    {
        var style = Terminal.OutStyle;
        var text = new StringWriter();
        Field("execution", view.Id);
        Field("title", view.Title);
        Field("status", style.Paint(Tones.Of(view.Status), view.Status.ToString()), painted: true);
        Field("message", view.Message);
        Field("started", view.StartedAt is { } started ? $"{started:yyyy-MM-dd HH:mm:ss} UTC ({Humane.Ago(started, Context.Time)})" : "not yet");
        Field("time", Humane.Duration(view.StartedAt, view.EndedAt, Context.Time));
        Field("rerun of", view.RerunOf);
        Field("digital twin", view.DigitalTwinId);
        Field("labels", string.Join(", ", view.Labels.Select(label => $"{label.Key}={label.Value}")));
        Field("parameters", string.Join(", ", view.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}")));
        text.WriteLine();
        StepTable.Write(steps, text, style, Terminal.OutIsTerminal ? Terminal.Width : null, Context.Time);
        Terminal.Print(text.ToString().TrimEnd());

        void Field(string name, string? value, bool painted = false)
        {
            if (!string.IsNullOrEmpty(value))
                text.WriteLine($"{style.Paint(Tone.Faint, name.PadRight(14))}{(painted ? value : Terminal.ForOut(value))}");
        }
    }
}

using System.CommandLine;
using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Running;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Workflows;

/// <summary><c>twin workflow save</c></summary>
internal sealed class SaveWorkflowVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The name to keep it under." };
    private readonly WorkflowFileArgument _file = new();
    private readonly OutputOption _output = new();

    public SaveWorkflowVerb(CliContext context) : base(context, "save", "Keep a workflow file at the server under a name.")
    {
        Add(_name);
        Add(_file);
        Add(_output);
    }

    public override string Details => "The file is checked first; one with faults is not kept. A workflow of that name is replaced.";

    public override IReadOnlyList<Example> Examples => [new("twin workflow save nightly mobility.yaml", "then: twin workflow run nightly")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var workflow = await _file.ReadAsync(arguments, Context, cancellationToken);
        try
        {
            var saved = await server.Client.SaveWorkflowAsync(arguments.GetRequiredValue(_name), new SaveWorkflow { Spec = workflow.Text }, cancellationToken);
            _output.Print(arguments, Terminal, saved, writer => writer.WriteLine(saved.Name));
            return ExitCode.Success;
        }
        catch (ApiException refused) when (refused.Faults.Count > 0)
        {
            throw FaultReport.Refused(refused, workflow, Terminal);
        }
    }
}

/// <summary><c>twin workflow list</c></summary>
internal sealed class ListWorkflowsVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListWorkflowsVerb(CliContext context) : base(context, "list", "List saved workflows, newest first.") => Add(_output);

    public override string Details => "";

    public override IReadOnlyList<Example> Examples => [new("twin workflow list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var workflows = await Pages.AllAsync((after, token) => server.Client.ListWorkflowsAsync(after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, workflows, ["NAME", "CHANGED", "ID"], workflow =>
            [workflow.Name, Humane.Ago(workflow.UpdatedAt, Context.Time), workflow.Id]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin workflow show</c></summary>
internal sealed class ShowWorkflowVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name." };
    private readonly OutputOption _output = new();

    public ShowWorkflowVerb(CliContext context) : base(context, "show", "Print a saved workflow file, exactly.")
    {
        Add(_name);
        Add(_output);
    }

    public override string Details => "";

    public override IReadOnlyList<Example> Examples => [new("twin workflow show nightly > copy.yaml", "get the file back")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(_name);
        var workflow = await server.Client.FindWorkflowAsync(name, cancellationToken)
            ?? throw CliError.NotFound($"there is no workflow '{name}'", "twin workflow list shows what there is");
        if (_output.IsJson(arguments))
            _output.Print(arguments, Terminal, workflow, _ => { });
        else
            Terminal.Out.Write(Terminal.ForOut(workflow.Spec ?? ""));
        return ExitCode.Success;
    }
}

/// <summary><c>twin workflow run</c></summary>
internal sealed class RunWorkflowVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name." };
    private readonly ParameterOptions _parameters = new();
    private readonly SubmitOptions _submit = new();
    private readonly FollowOptions _follow = new();

    public RunWorkflowVerb(CliContext context) : base(context, "run", "Run a saved workflow and stay with it to its end.")
    {
        Add(_name);
        _parameters.AddTo(this);
        _submit.AddTo(this);
        _follow.AddTo(this);
    }

    public override string Details => "As `twin run`, with the file that is kept under the name.";

    public override IReadOnlyList<Example> Examples => [new("twin workflow run nightly -p DAY=2026-11-22", "with a parameter")];

    protected override bool Drives(ParseResult arguments) => true;

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(_name);
        var request = new RunWorkflow
        {
            Parameters = await _parameters.ReadAsync(arguments, Context, cancellationToken),
            Labels = _submit.Labels(arguments),
            DigitalTwin = _submit.Twin(arguments),
            Title = _submit.Title(arguments),
            NoCache = _submit.NoCache(arguments),
            Priority = _submit.Priority(arguments),
        };
        _follow.Check(arguments, server);
        try
        {
            var key = Guid.NewGuid().ToString("N");
            var started = await server.AskAsync(client => client.RunWorkflowAsync(name, request, cancellationToken, key), cancellationToken);
            return await _follow.FollowAsync(arguments, Context, server, started, after: null, cancellationToken);
        }
        catch (ApiException refused) when (refused.Faults.Count > 0)
        {
            var saved = await server.Client.FindWorkflowAsync(name, cancellationToken);
            throw FaultReport.Refused(refused, new WorkflowText(name, saved?.Spec ?? ""), Terminal);
        }
    }
}

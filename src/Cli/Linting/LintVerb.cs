using System.CommandLine;
using System.Text.Json;
using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Running;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;
using Twinrunner.Runner.Workflows;

namespace Twinrunner.Cli.Linting;

/// <summary><c>twin lint</c></summary>
internal sealed class LintVerb : Verb
{
    private readonly WorkflowFileArgument _file = new();
    private readonly ParameterOptions _parameters = new();
    private readonly OutputOption _output = new();

    public LintVerb(CliContext context) : base(context, "lint", "Check a workflow file: all faults at once, each with its line.")
    {
        Add(_file);
        _parameters.AddTo(this);
        Add(_output);
    }

    public override string Details => """
        Checks the file by itself, and with a server also what depends on its components: their versions, parameters, options
        and bounds. Faults go to stdout as compilers write them, path:line:column, so that editors can jump to them; with
        -o json they are an array. Nothing is started, and no server is started either.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin lint mobility.yaml", "before it runs"),
        new("twin lint mobility.yaml -o json | jq length", "how many faults"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var workflow = await _file.ReadAsync(arguments, Context, cancellationToken);
        var parameters = await _parameters.ReadAsync(arguments, Context, cancellationToken);
        var parsed = WorkflowParser.Parse(workflow.Text);
        IReadOnlyList<FaultView> faults = [.. parsed.Faults.Select(View)];
        var (checkedBy, planned) = await PlanAsync(arguments, workflow, parameters, cancellationToken);
        faults = planned ?? faults;

        var errors = faults.Count(fault => !fault.IsWarning);
        if (_output.IsJson(arguments))
            _output.PrintAll(arguments, Terminal, faults, [], _ => []);
        else if (faults.Count > 0)
            Terminal.Print(FaultText.Write(faults, workflow.Name, workflow.Text, Terminal.OutStyle));
        Terminal.Note(errors > 0
            ? $"{Humane.Count(errors, "fault")} in {workflow.Name}"
            : $"{workflow.Name} is sound{(faults.Count > 0 ? $", with {Humane.Count(faults.Count, "warning")}" : "")} ({checkedBy})");
        return errors > 0 ? ExitCode.Usage : ExitCode.Success;
    }

    /// <summary>What a server that runs already finds; null: there is none.</summary>
    private async Task<(string CheckedBy, IReadOnlyList<FaultView>? Faults)> PlanAsync(
        ParseResult arguments, WorkflowText workflow, IReadOnlyDictionary<string, JsonElement> parameters, CancellationToken cancellationToken)
    {
        var choice = ServerChoice.From(arguments, Context.Environment, drives: false);
        var address = choice.Address ?? await ServingProcess.FindAsync(choice.DataFolder, choice.Token, Context.Time, cancellationToken);
        if (address is null)
            return ("its components were not looked up: no server runs", null);
        using var client = RunnerClient.Create(address, choice.Token);
        try
        {
            var plan = await client.PlanAsync(new SubmitExecution { Spec = workflow.Text, SourceName = workflow.Name, Parameters = parameters }, cancellationToken);
            return ($"{Humane.Count(plan.Steps.Count, "step")}, components checked at {address}", plan.Warnings);
        }
        catch (ApiException refused) when (refused.Faults.Count > 0)
        {
            return ("", refused.Faults);
        }
    }

    private static FaultView View(Fault fault) => new(fault.Line, fault.Column, fault.Where, fault.Message, fault.Hint, fault.IsWarning);
}

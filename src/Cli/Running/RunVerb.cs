using System.CommandLine;
using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Following;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Running;

/// <summary><c>twin run FILE</c></summary>
internal sealed class RunVerb : ServerVerb
{
    private readonly WorkflowFileArgument _file = new();
    private readonly ParameterOptions _parameters = new();
    private readonly SubmitOptions _submit = new();
    private readonly FollowOptions _follow = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Check everything and print the resolved plan; start nothing." };

    public RunVerb(CliContext context) : base(context, "run", "Run a workflow file and stay with it to its end.")
    {
        Add(_file);
        _parameters.AddTo(this);
        _submit.AddTo(this);
        _follow.AddTo(this);
        Add(_dryRun);
    }

    public override string Details => """
        Sends the file to the server and follows the execution: log lines go to stdout behind the name of their step, what
        happens goes to stderr, and the end is a table of the steps. The exit code is that of the run: 0 when it succeeded, 1
        when it failed, 2 when the file has faults (all are shown, with their lines), 130 when it was cancelled.

        Without a server the run brings its own for as long as it takes, on the same data folder that `twin serve` uses.
        Ctrl-C cancels the execution and waits for its containers to end; Ctrl-C again leaves at once.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin run hello.yaml", "run it and watch"),
        new("twin run mobility.yaml -p CITY='São Paulo' -p SEED=7", "with other parameters; values arrive exactly"),
        new("twin run mobility.yaml --params study.env --twin commuters", "parameters from a file, for a digital twin"),
        new("twin run mobility.yaml --dry-run -o json", "what would run, resolved to versions and images"),
        new("id=$(twin run long.yaml --detach) && twin wait \"$id\"", "start it now, wait later"),
    ];

    protected override bool Drives(ParseResult arguments) => true;

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var workflow = await _file.ReadAsync(arguments, Context, cancellationToken);
        var request = new SubmitExecution
        {
            Spec = workflow.Text,
            SourceName = workflow.Name,
            Parameters = await _parameters.ReadAsync(arguments, Context, cancellationToken),
            Labels = _submit.Labels(arguments),
            DigitalTwin = _submit.Twin(arguments),
            Title = _submit.Title(arguments),
            NoCache = _submit.NoCache(arguments),
            Priority = _submit.Priority(arguments),
        };
        try
        {
            if (arguments.GetValue(_dryRun))
                return PlanText.Print(await server.AskAsync(client => client.PlanAsync(request, cancellationToken), cancellationToken), workflow, arguments, _follow.Output, Terminal);
            _follow.Check(arguments, server);
            var key = Guid.NewGuid().ToString("N");
            var started = await server.AskAsync(client => client.SubmitAsync(request, cancellationToken, key), cancellationToken);
            return await _follow.FollowAsync(arguments, Context, server, started, after: null, cancellationToken);
        }
        catch (ApiException refused) when (refused.Faults.Count > 0)
        {
            throw FaultReport.Refused(refused, workflow, Terminal);
        }
    }
}

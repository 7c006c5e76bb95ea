using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary>A verb that changes the state of executions: one sentence for each, and all are tried.</summary>
internal abstract class ChangeVerb : ServerVerb
{
    private readonly Argument<string[]> _executions = new("EXECUTION")
    {
        Description = "Ids, the beginning or the end of one, or last for the newest.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly OutputOption _output = new();

    protected ChangeVerb(CliContext context, string name, string summary) : base(context, name, summary)
    {
        _executions.CompletionSources.Add(completion => ExecutionCompletions.Find(completion, context));
        Add(_executions);
        Add(_output);
    }

    /// <summary>What was done, behind the execution's id: <c>is paused</c>.</summary>
    protected abstract string Done { get; }

    protected abstract Task<ExecutionView> ChangeAsync(ParseResult arguments, RunnerClient client, string id, CancellationToken cancellationToken);

    protected sealed override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var worst = ExitCode.Success;
        foreach (var text in arguments.GetRequiredValue(_executions).Distinct())
        {
            try
            {
                var id = await Naming.ExecutionAsync(server.Client, text, cancellationToken);
                var changed = await ChangeAsync(arguments, server.Client, id, cancellationToken);
                if (_output.IsJson(arguments))
                    _output.Print(arguments, Terminal, changed, _ => { });
                else
                    Terminal.Note($"{changed.Id} {Done}");
            }
            catch (Exception failure) when (failure is ApiException or CliError)
            {
                var error = Failures.Explain(failure, Context);
                Terminal.Note($"twin: {text}: {Terminal.ForError(error.Message)}");
                worst = error.ExitCode;
            }
        }
        return worst;
    }
}

/// <summary><c>twin cancel</c></summary>
internal sealed class CancelVerb : ChangeVerb
{
    private readonly Option<string?> _message = new("--message", "-m") { Description = "Why, for those who look at it later.", HelpName = "TEXT" };

    public CancelVerb(CliContext context) : base(context, "cancel", "Cancel executions: running steps are stopped.") => Add(_message);

    public override string Details => """
        Starts nothing more, asks running steps to stop, and kills those that don't within their grace period. What finished
        is kept: `twin resume` goes on from there.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin cancel last -m 'wrong input'", "and say why"),
        new("twin cancel $(twin ls -q --status Running)", "everything that runs"),
    ];

    protected override string Done => "is being cancelled";

    protected override Task<ExecutionView> ChangeAsync(ParseResult arguments, RunnerClient client, string id, CancellationToken cancellationToken) =>
        client.CancelExecutionAsync(id, arguments.GetValue(_message), cancellationToken);
}

/// <summary><c>twin pause</c></summary>
internal sealed class PauseVerb(CliContext context) : ChangeVerb(context, "pause", "Pause executions: running steps end, no others start.")
{
    public override string Details => "Lets running steps go on to their end and starts no others until `twin resume`.";

    public override IReadOnlyList<Example> Examples => [new("twin pause last", "hold the newest execution")];

    protected override string Done => "is paused; `twin resume` lets it go on";

    protected override Task<ExecutionView> ChangeAsync(ParseResult arguments, RunnerClient client, string id, CancellationToken cancellationToken) =>
        client.PauseExecutionAsync(id, cancellationToken);
}

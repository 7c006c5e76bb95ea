using System.CommandLine;
using Twinrunner.Cli.Verbs;
using Twinrunner.Runner.Attempts;

namespace Twinrunner.Cli.Attempts;

/// <summary><c>twin step inputs</c> and <c>twin step outputs</c></summary>
internal sealed class StepHelperVerb : Verb
{
    private readonly Func<StepHelper, CancellationToken, Task> _help;

    private StepHelperVerb(CliContext context, string name, string summary, Func<StepHelper, CancellationToken, Task> help) : base(context, name, summary)
    {
        _help = help;
        // For pods, not for people.
        Hidden = true;
    }

    public override string Details => """
        Runs in the pod of a step on Kubernetes, beside the component. It finds the server in TWIN_STEP_API, and TWIN_STEP_TOKEN
        is good for this one attempt only.
        """;

    public override IReadOnlyList<Example> Examples => [new($"twin step {Name}", "as the container of a Job")];

    public static StepHelperVerb Inputs(CliContext context) =>
        new(context, "inputs", "Bring the inputs of a step into its pod.", (helper, token) => helper.BringInputsAsync(token));

    public static StepHelperVerb Outputs(CliContext context) =>
        new(context, "outputs", "Store what a step left in its pod.", (helper, token) => helper.TakeOutputsAsync(token));

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        try
        {
            using var helper = new StepHelper(Context.Environment, Context.Time);
            await _help(helper, cancellationToken);
            return ExitCode.Success;
        }
        catch (HelperException failure)
        {
            throw new CliError(ExitCode.Trouble, failure.Message, next: null, failure);
        }
    }
}

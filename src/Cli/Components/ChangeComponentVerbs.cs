using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Components;

/// <summary><c>twin component refresh</c></summary>
internal sealed class RefreshComponentVerb : ServerVerb
{
    private readonly Argument<string> _component = new("COMPONENT") { Description = "Its name or id." };
    private readonly OutputOption _output = new();

    public RefreshComponentVerb(CliContext context) : base(context, "refresh", "Look for new versions where a component comes from.")
    {
        Add(_component);
        Add(_output);
    }

    public override string Details => "Prints the versions that are new. Those that are known never change: a tag that moved is a warning.";

    public override IReadOnlyList<Example> Examples => [new("twin component refresh trip-analysis", "after a new tag")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var change = await server.Client.RefreshComponentAsync(arguments.GetRequiredValue(_component), cancellationToken);
        foreach (var warning in change.Warnings)
            Terminal.Note($"{Terminal.ErrorStyle.Paint(Tone.Warning, "warning:")} {Terminal.ForError(warning)}");
        _output.Print(arguments, Terminal, change, writer =>
        {
            foreach (var version in change.Added)
                writer.WriteLine($"{version.ComponentName}@{version.Name}");
        });
        return ExitCode.Success;
    }
}

/// <summary><c>twin component deprecate</c></summary>
internal sealed class DeprecateComponentVerb : ServerVerb
{
    private readonly Argument<string> _component = new("COMPONENT") { Description = "Its name, or NAME@VERSION for one version." };
    private readonly Option<bool> _undo = new("--undo") { Description = "Take the deprecation back." };

    public DeprecateComponentVerb(CliContext context) : base(context, "deprecate", "Mark a component or a version as not to be used any more.")
    {
        Add(_component);
        Add(_undo);
    }

    public override string Details => "Nothing is deleted: executions that used it can still be understood and repeated. New workflows get a warning.";

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component deprecate trip-analysis@0.1.0", "one version"),
        new("twin component deprecate trip-analysis --undo", "take it back"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var text = arguments.GetRequiredValue(_component);
        var (name, version) = ComponentName.Split(text);
        var undo = arguments.GetValue(_undo);
        Task change = (version, undo) switch
        {
            (null, false) => server.Client.DeprecateComponentAsync(name, cancellationToken),
            (null, true) => server.Client.ReactivateComponentAsync(name, cancellationToken),
            (_, false) => server.Client.DeprecateVersionAsync(name, version, cancellationToken),
            (_, true) => server.Client.ReactivateVersionAsync(name, version, cancellationToken),
        };
        await change;
        Terminal.Note($"{text} is {(undo ? "in use again" : "deprecated")}");
        return ExitCode.Success;
    }
}

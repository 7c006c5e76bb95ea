using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Components;

/// <summary><c>twin component sync</c></summary>
internal sealed class SyncComponentVerb : ServerVerb
{
    private readonly Argument<string[]> _components = new("COMPONENT") { Description = "Names or ids.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<bool> _all = new("--all") { Description = "Have the server look at all components that it follows, without waiting." };
    private readonly OutputOption _output = new();

    public SyncComponentVerb(CliContext context) : base(context, "sync", "Look for new versions where components come from.")
    {
        Aliases.Add("refresh");
        Add(_components);
        Add(_all);
        Add(_output);
    }

    public override string Details => "Prints the versions that are new. Those that are known never change: a tag that moved is a warning.";

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component sync trip-analysis", "after a new tag"),
        new("twin component sync --all", "everything, in the background of the server"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var names = arguments.GetRequiredValue(_components);
        if (arguments.GetValue(_all) == names.Length > 0)
            throw CliError.Usage("name components, or give --all", "twin component list shows what there is");
        if (arguments.GetValue(_all))
        {
            var requested = await server.Client.SyncComponentsAsync(cancellationToken);
            _output.Print(arguments, Terminal, requested, _ => Terminal.Note($"{Humane.Count(requested.Requested, "component")} will be looked at; twin component list shows how it goes"));
            return ExitCode.Success;
        }
        List<ComponentChangeView> changes = [];
        foreach (var name in names)
        {
            var change = await server.Client.RefreshComponentAsync(name, cancellationToken);
            changes.Add(await SyncFollower.EndAsync(change, server.Client, Context, cancellationToken));
            foreach (var warning in changes[^1].Warnings)
                Terminal.Note($"{Terminal.ErrorStyle.Paint(Tone.Warning, "warning:")} {Terminal.ForError(warning)}");
        }
        if (_output.IsJson(arguments))
            _output.PrintAll(arguments, Terminal, changes, [], _ => []);
        else
            foreach (var version in changes.SelectMany(change => change.Added))
                Terminal.Print($"{version.ComponentName}@{version.Name}");
        return ExitCode.Success;
    }
}

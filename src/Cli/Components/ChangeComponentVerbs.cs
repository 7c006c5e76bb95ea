using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Components;

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

/// <summary><c>twin component yank</c></summary>
internal sealed class YankComponentVerb : ServerVerb
{
    private readonly Argument<string> _version = new("COMPONENT@VERSION") { Description = "The version." };
    private readonly Option<string?> _reason = new("--reason") { Description = "Why, for those whose workflows use it.", HelpName = "TEXT" };
    private readonly Option<bool> _undo = new("--undo") { Description = "Take it back." };

    public YankComponentVerb(CliContext context) : base(context, "yank", "Say that a version must not be used any more, and why.")
    {
        Add(_version);
        Add(_reason);
        Add(_undo);
    }

    public override string Details => """
        For a version that is broken or dangerous. It is never chosen any more for a workflow that leaves the version open; one
        that names exactly this version still runs, with a warning that tells the reason.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component yank trip-analysis@0.2.0 --reason 'loses the last row'", "one version"),
        new("twin component yank trip-analysis@0.2.0 --undo", "take it back"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var text = arguments.GetRequiredValue(_version);
        var (name, version) = ComponentName.Split(text);
        if (version is null)
            throw CliError.Usage("a single version can be yanked, and none is named", $"write {name}@VERSION; a whole component is deprecated with twin component deprecate {name}");
        if (arguments.GetValue(_undo))
            await server.Client.UnyankVersionAsync(name, version, cancellationToken);
        else
            await server.Client.YankVersionAsync(
                name, version, arguments.GetValue(_reason) ?? throw CliError.Usage("a yank needs a reason", "--reason TEXT"), cancellationToken);
        Terminal.Note($"{text} is {(arguments.GetValue(_undo) ? "in use again" : "yanked")}");
        return ExitCode.Success;
    }
}

/// <summary><c>twin component remove</c></summary>
internal sealed class RemoveComponentVerb : ServerVerb
{
    private readonly Argument<string> _component = new("COMPONENT") { Description = "Its name or id." };

    public RemoveComponentVerb(CliContext context) : base(context, "remove", "Forget a component that never had a version.") => Add(_component);

    public override string Details => "For an address that was wrong. A component with versions is deprecated instead: executions name them.";

    public override IReadOnlyList<Example> Examples => [new("twin component remove mistyped", "after a failed look")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        await server.Client.RemoveComponentAsync(arguments.GetRequiredValue(_component), cancellationToken);
        Terminal.Note($"{arguments.GetRequiredValue(_component)} is forgotten");
        return ExitCode.Success;
    }
}

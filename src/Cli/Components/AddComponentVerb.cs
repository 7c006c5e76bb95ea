using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Components;

/// <summary><c>twin component add</c></summary>
internal sealed class AddComponentVerb : ServerVerb
{
    private readonly Argument<string[]> _sources = new("SOURCE")
    {
        Description = "Folders with an odtp.yml, or URLs of git repositories.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _name = new("--name") { Description = "Its name (default: what odtp.yml says).", HelpName = "NAME" };
    private readonly Option<string?> _subfolder = new("--subfolder") { Description = "Folder of the component inside the repository.", HelpName = "FOLDER" };
    private readonly Option<string?> _commit = new("--commit") { Description = "Register this branch, tag or commit instead of every tag.", HelpName = "COMMIT" };
    private readonly Option<bool> _dirty = new("--dirty") { Description = "Register the working tree with what is not committed." };
    private readonly Option<string?> _tags = new("--tags") { Description = "Only tags that match become versions: * stands for any characters.", HelpName = "PATTERN" };
    private readonly Option<string?> _branch = new("--branch") { Description = "The commits of this branch become versions instead of tags.", HelpName = "BRANCH" };
    private readonly Option<string?> _image = new("--image") { Description = "Image of a component without odtp.yml; {version} and {commit} stand for each version's.", HelpName = "IMAGE" };
    private readonly Option<string[]> _command = new("--command") { Description = "What is run in that image (default: the image's own command).", HelpName = "WORD", AllowMultipleArgumentsPerToken = true };
    private readonly Option<TimeSpan?> _sync = SyncInterval.Option();
    private readonly OutputOption _output = new();

    public AddComponentVerb(CliContext context) : base(context, "add", "Register components from folders or git repositories.")
    {
        Add(_sources);
        Add(_name);
        Add(_subfolder);
        Add(_commit);
        Add(_dirty);
        Add(_tags);
        Add(_branch);
        Add(_image);
        Add(_command);
        Add(_sync);
        Add(_output);
    }

    public override string Details => """
        Reads odtp.yml in each source and registers a version for every tag (of a repository without tags, its commit). A
        version is pinned to its commit for ever; its image is built when a run first needs it. The server goes on looking for
        new versions by itself. Adding a component again looks at once, and takes over what the options say; folders are
        folders of the server's machine.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component add examples/mobility/components/*", "several at once"),
        new("twin component add https://github.com/odtp-org/odtp-component-example", "from a repository, with all its tags"),
        new("twin component add git@git.example.org:lab/models.git --subfolder ocean --tags 'ocean-*'", "one of several in a repository"),
        new("twin component add https://git.example.org/lab/tool --image ghcr.io/lab/tool:{version}", "without an odtp.yml"),
        new("twin component add ./my-component --dirty", "while it is being written"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var sources = arguments.GetRequiredValue(_sources);
        if (sources.Length > 1 && arguments.GetValue(_name) is not null)
            throw CliError.Usage("--name names one component, and several sources are given", "add them one by one");
        var changes = new List<ComponentChangeView>();
        var worst = ExitCode.Success;
        foreach (var source in sources)
        {
            try
            {
                var change = await server.Client.AddComponentAsync(Request(source, arguments), cancellationToken, Guid.NewGuid().ToString("N"));
                changes.Add(await SyncFollower.EndAsync(change, server.Client, Context, cancellationToken));
                Report(changes[^1]);
            }
            catch (CliError failed)
            {
                Terminal.Note($"twin: {source}: {Terminal.ForError(failed.Message)}");
                worst = failed.ExitCode;
            }
            catch (ApiException refused)
            {
                var error = Failures.Explain(refused, Context);
                Terminal.Note($"twin: {source}: {Terminal.ForError(error.Message)}");
                worst = error.ExitCode;
            }
        }
        if (_output.IsJson(arguments))
            _output.PrintAll(arguments, Terminal, changes, [], _ => []);
        else
            foreach (var version in changes.SelectMany(change => change.Added))
                Terminal.Print($"{version.ComponentName}@{version.Name}");
        return worst;
    }

    private NewComponent Request(string source, ParseResult arguments) => new()
    {
        // A relative path is the user's, who stands elsewhere than the server.
        Path = Directory.Exists(source) ? Path.GetFullPath(source) : source,
        Name = arguments.GetValue(_name),
        Subfolder = arguments.GetValue(_subfolder),
        Commit = arguments.GetValue(_commit),
        Dirty = arguments.GetValue(_dirty),
        Rules = Rules(arguments),
        SyncSeconds = (long?)arguments.GetValue(_sync)?.TotalSeconds,
    };

    /// <summary>Null: nothing was said, what is stored stays.</summary>
    private VersionRulesView? Rules(ParseResult arguments)
    {
        var command = arguments.GetValue(_command) is { Length: > 0 } words ? words : null;
        var rules = new VersionRulesView { Tags = arguments.GetValue(_tags), Branch = arguments.GetValue(_branch), Image = arguments.GetValue(_image), Command = command };
        return rules == new VersionRulesView() ? null : rules;
    }

    private void Report(ComponentChangeView change)
    {
        var style = Terminal.ErrorStyle;
        var what = change.Created ? "is registered" : change.Added.Count > 0 ? "has new versions" : "is unchanged";
        Terminal.Note($"{style.Paint(Tone.Strong, change.Component.Name)} {what}, {Humane.Count(change.Component.VersionCount, "version")}");
        foreach (var warning in change.Warnings.Concat(change.Added.SelectMany(version => version.Warnings.Select(warning => $"{version.Name}: {warning}"))))
            Terminal.Note($"  {style.Paint(Tone.Warning, "warning:")} {Terminal.ForError(warning)}");
    }
}

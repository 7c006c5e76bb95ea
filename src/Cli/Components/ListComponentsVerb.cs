using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Components;

/// <summary><c>twin component list</c></summary>
internal sealed class ListComponentsVerb : ServerVerb
{
    private readonly Argument<string[]> _words = new("WORD") { Description = "Only those in which all these words occur.", Arity = ArgumentArity.ZeroOrMore };
    private readonly OutputOption _output = new();

    public ListComponentsVerb(CliContext context) : base(context, "list", "List or search the registered components.")
    {
        Add(_words);
        Add(_output);
    }

    public override string Details => """
        Words are looked for in names, descriptions, tags, types, authors, licences and repositories; tag:WORD, type:WORD,
        author:WORD, license:WORD and name:WORD look in one of these. SYNC says when the server last looked for new versions.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin component list", "all of them"),
        new("twin component list dataloader csv", "those with both words"),
        new("twin component list tag:geo license:MIT", "by fields"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var search = arguments.GetValue(_words) is { Length: > 0 } words ? string.Join(' ', words) : null;
        var components = await Pages.AllAsync((after, token) => server.Client.ListComponentsAsync(search, after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, components, ["NAME", "TYPE", "VERSIONS", "SYNC", "REPOSITORY", "DESCRIPTION"], component =>
        [
            component.Deprecated ? $"{component.Name} (deprecated)" : component.Name, component.Type, component.VersionCount.ToString(), SyncText.Short(component, Context.Time),
            component.Subfolder is null ? component.Repository : $"{component.Repository} ({component.Subfolder})", component.Description,
        ]);
        return ExitCode.Success;
    }
}

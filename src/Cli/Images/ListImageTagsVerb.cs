using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Images;

/// <summary><c>twin image tags</c></summary>
internal sealed class ListImageTagsVerb : ServerVerb
{
    private readonly Argument<string> _repository = new("REPOSITORY") { Description = "Name of an image without a tag." };
    private readonly Option<int> _limit = new("--limit", "-n") { Description = "How many at most (50).", HelpName = "NUMBER", DefaultValueFactory = _ => 50 };
    private readonly OutputOption _output = new();

    public ListImageTagsVerb(CliContext context) : base(context, "tags", "List the tags of a repository in an image registry.")
    {
        Add(_repository);
        Add(_limit);
        Add(_output);
    }

    public override string Details => "Docker Hub tells the newest first, with the time of each push; other image registries only tell names, in an order of their own.";

    public override IReadOnlyList<Example> Examples => [new("twin image tags ghcr.io/odtp-org/loader", "what could be linked to a version")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var tags = await server.Client.ListImageTagsAsync(arguments.GetRequiredValue(_repository), arguments.GetValue(_limit), cancellationToken);
        _output.PrintAll(
            arguments, Terminal, tags.Tags, ["TAG", "PUSHED", "SIZE", "DIGEST"],
            tag => [tag.Name, Humane.Ago(tag.PushedAt, Context.Time), tag.Size is { } size ? Humane.Size(size) : "", tag.Digest ?? ""]);
        if (!tags.Complete)
            Terminal.Note("there are more: --limit shows them");
        return ExitCode.Success;
    }
}

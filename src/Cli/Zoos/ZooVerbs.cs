using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Zoos;

/// <summary><c>twin zoo add</c></summary>
internal sealed class AddZooVerb : ServerVerb
{
    private readonly Argument<string> _address = new("INDEX") { Description = "URL of a list of repositories, or a file of the server's machine." };
    private readonly Option<string?> _name = new("--name") { Description = "Its name (default: made from the address).", HelpName = "NAME" };
    private readonly OutputOption _output = new();

    public AddZooVerb(CliContext context) : base(context, "add", "Follow a list of repositories and register their components.")
    {
        Add(_address);
        Add(_name);
        Add(_output);
    }

    public override string Details => """
        The index has an address a line, or is a list in YAML or JSON, of addresses or of mappings with `repository` and, where
        needed, `subfolder`, `tags` and `branch`. The server reads it again and again, registers what is new in it, and looks at the
        components by and by: twin component list shows how that goes. What disappears from the index stays registered.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin zoo add https://example.org/zoo/index.json", "from the web"),
        new("twin zoo add ./components.txt --name lab", "from a file"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var address = arguments.GetRequiredValue(_address);
        // A relative path is the user's, who stands elsewhere than the server.
        var zoo = await server.Client.AddZooAsync(
            new() { Address = File.Exists(address) ? Path.GetFullPath(address) : address, Name = arguments.GetValue(_name) }, cancellationToken);
        Terminal.Note($"{Terminal.ErrorStyle.Paint(Tone.Strong, Terminal.ForError(zoo.Name))} is followed, {Humane.Count(zoo.Members.Count, "repository", "repositories")}");
        foreach (var member in zoo.Members.Where(member => member.Fault is not null))
            Terminal.Note($"  {Terminal.ErrorStyle.Paint(Tone.Warning, "warning:")} {Terminal.ForError($"{member.Repository}: {member.Fault}")}");
        _output.Print(arguments, Terminal, zoo, writer => writer.WriteLine(zoo.Name));
        return ExitCode.Success;
    }
}

/// <summary><c>twin zoo list</c></summary>
internal sealed class ListZoosVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListZoosVerb(CliContext context) : base(context, "list", "List the zoos that are followed.") => Add(_output);

    public override string Details => "A zoo whose index can't be read is tried again; what it named before stays registered.";

    public override IReadOnlyList<Example> Examples => [new("twin zoo list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var zoos = await Pages.AllAsync((after, token) => server.Client.ListZoosAsync(after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, zoos, ["NAME", "REPOSITORIES", "LOOKED AT", "INDEX"], zoo =>
            [zoo.Name, zoo.Members.Count.ToString(), zoo.Failure is null ? Humane.Ago(zoo.LookedAt, Context.Time) : "failing", zoo.Address]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin zoo show</c></summary>
internal sealed class ShowZooVerb : ServerVerb
{
    private readonly Argument<string> _zoo = new("ZOO") { Description = "Its name or id." };
    private readonly OutputOption _output = new();

    public ShowZooVerb(CliContext context) : base(context, "show", "Show a zoo and what it names.")
    {
        Add(_zoo);
        Add(_output);
    }

    public override string Details => "Of a repository that can't be a component's it says why.";

    public override IReadOnlyList<Example> Examples => [new("twin zoo show lab", "its repositories")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(_zoo);
        var zoo = await server.Client.FindZooAsync(name, cancellationToken) ?? throw CliError.NotFound($"there is no zoo '{name}'", "twin zoo list shows what there is");
        _output.Print(arguments, Terminal, zoo, writer =>
        {
            writer.WriteLine($"{Terminal.OutStyle.Paint(Tone.Strong, Terminal.ForOut(zoo.Name))}  {Terminal.ForOut(zoo.Address)}");
            writer.WriteLine($"read {Humane.Ago(zoo.LookedAt, Context.Time)}, next in {Humane.Duration(zoo.NextAt - Context.Time.GetUtcNow())}");
            if (zoo.Failure is { } failure)
                writer.WriteLine(Terminal.ForOut($"failed: {failure}"));
            writer.WriteLine();
            var table = new Table("REPOSITORY", "FOLDER", "REMARKS");
            foreach (var member in zoo.Members)
                table.Add(member.Repository, member.Subfolder ?? "", member.Fault ?? "");
            table.WriteTo(writer, Terminal.OutStyle, Terminal.OutIsTerminal ? Terminal.Width : null);
        });
        return ExitCode.Success;
    }
}

/// <summary><c>twin zoo remove</c></summary>
internal sealed class RemoveZooVerb : ServerVerb
{
    private readonly Argument<string> _zoo = new("ZOO") { Description = "Its name or id." };

    public RemoveZooVerb(CliContext context) : base(context, "remove", "Follow a zoo no longer.") => Add(_zoo);

    public override string Details => "Its components stay, and are followed one by one as before.";

    public override IReadOnlyList<Example> Examples => [new("twin zoo remove lab", "forget the list")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        await server.Client.RemoveZooAsync(arguments.GetRequiredValue(_zoo), cancellationToken);
        Terminal.Note($"{arguments.GetRequiredValue(_zoo)} is followed no longer; its components stay");
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Twins;

/// <summary><c>twin digital-twin list</c></summary>
internal sealed class ListTwinsVerb : ServerVerb
{
    private readonly Option<string?> _user = new("--user") { Description = "Only those of this user (name or id).", HelpName = "USER" };
    private readonly OutputOption _output = new();

    public ListTwinsVerb(CliContext context) : base(context, "list", "List digital twins, newest first.")
    {
        Add(_user);
        Add(_output);
    }

    public override string Details => "A digital twin is a project: executions and what is shared of their results belong to it.";

    public override IReadOnlyList<Example> Examples => [new("twin dt list", "all of them"), new("twin dt list --user ada", "those of one user")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var user = arguments.GetValue(_user) is { } name ? await TwinNaming.UserIdAsync(server.Client, name, cancellationToken) : null;
        var twins = await Pages.AllAsync((after, token) => server.Client.ListDigitalTwinsAsync(user, name: null, after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, twins, ["ID", "NAME", "PUBLIC", "CREATED"], twin =>
            [twin.Id, twin.Name, twin.Public ? "yes" : "no", Humane.Ago(twin.CreatedAt, Context.Time)]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin digital-twin create</c></summary>
internal sealed class CreateTwinVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name." };
    private readonly Option<string?> _user = new("--user") { Description = "Its owner (name or id).", HelpName = "USER" };
    private readonly Option<bool> _public = new("--public") { Description = "Everybody may see it." };
    private readonly OutputOption _output = new();

    public CreateTwinVerb(CliContext context) : base(context, "create", "Create a digital twin; prints its id.")
    {
        Add(_name);
        Add(_user);
        Add(_public);
        Add(_output);
    }

    public override string Details => "`twin run --twin NAME` makes one too, when there is none of that name.";

    public override IReadOnlyList<Example> Examples => [new("twin dt create commuters --user ada", "for a user")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var twin = await server.Client.CreateDigitalTwinAsync(
            new NewDigitalTwin
            {
                Name = arguments.GetRequiredValue(_name),
                Public = arguments.GetValue(_public),
                UserId = arguments.GetValue(_user) is { } user ? await TwinNaming.UserIdAsync(server.Client, user, cancellationToken) : null,
            },
            cancellationToken);
        _output.Print(arguments, Terminal, twin, writer => writer.WriteLine(twin.Id));
        return ExitCode.Success;
    }
}

/// <summary><c>twin digital-twin show</c></summary>
internal sealed class ShowTwinVerb : ServerVerb
{
    private readonly Argument<string> _twin = new("TWIN") { Description = "Its name or id." };
    private readonly OutputOption _output = new();

    public ShowTwinVerb(CliContext context) : base(context, "show", "Show a digital twin and its newest executions.")
    {
        Add(_twin);
        Add(_output);
    }

    public override string Details => "With -o json only the digital twin itself; `twin ls --twin` gives its executions.";

    public override IReadOnlyList<Example> Examples => [new("twin dt show commuters", "how it stands")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var twin = await TwinNaming.FindAsync(server.Client, arguments.GetRequiredValue(_twin), cancellationToken);
        var executions = await server.Client.ListExecutionsAsync(new ExecutionQuery { DigitalTwin = twin.Id, Limit = 10 }, cancellationToken);
        _output.Print(arguments, Terminal, twin, writer =>
        {
            writer.WriteLine($"{Terminal.ForOut(twin.Name)}  {twin.Id}  {(twin.Public ? "public" : "private")}  created {Humane.Ago(twin.CreatedAt, Context.Time)}");
            if (executions.Items.Count == 0)
                return;
            writer.WriteLine();
            var table = new Table("EXECUTION", "STATUS", "TITLE", "STARTED");
            foreach (var execution in executions.Items)
                table.Add(execution.Id, new Cell(execution.Status.ToString(), Tones.Of(execution.Status)), execution.Title, Humane.Ago(execution.StartedAt, Context.Time));
            table.WriteTo(writer, Terminal.OutStyle, Terminal.OutIsTerminal ? Terminal.Width : null);
        });
        return ExitCode.Success;
    }
}

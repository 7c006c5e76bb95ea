using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Users;

/// <summary><c>twin user list</c></summary>
internal sealed class ListUsersVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListUsersVerb(CliContext context) : base(context, "list", "List users, newest first.") => Add(_output);

    public override string Details => "Users own digital twins.";

    public override IReadOnlyList<Example> Examples => [new("twin user list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var users = await Pages.AllAsync((after, token) => server.Client.ListUsersAsync(name: null, after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, users, ["ID", "NAME", "EMAIL", "GITHUB"], user => [user.Id, user.DisplayName, user.Email, user.GitHub]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin user create</c></summary>
internal sealed class CreateUserVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "The name to show, unique." };
    private readonly Option<string?> _email = new("--email") { Description = "Address for mail.", HelpName = "ADDRESS" };
    private readonly Option<string?> _gitHub = new("--github") { Description = "Name on GitHub.", HelpName = "NAME" };
    private readonly OutputOption _output = new();

    public CreateUserVerb(CliContext context) : base(context, "create", "Create a user; prints the id.")
    {
        Add(_name);
        Add(_email);
        Add(_gitHub);
        Add(_output);
    }

    public override string Details => "Nothing is checked with GitHub; the name is only kept.";

    public override IReadOnlyList<Example> Examples => [new("twin user create ada --email ada@example.org", "a user with an address")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var user = await server.Client.CreateUserAsync(
            new NewUser { DisplayName = arguments.GetRequiredValue(_name), Email = arguments.GetValue(_email), GitHub = arguments.GetValue(_gitHub) },
            cancellationToken);
        _output.Print(arguments, Terminal, user, writer => writer.WriteLine(user.Id));
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Secrets;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Credentials;

/// <summary><c>twin credential set</c></summary>
internal sealed class SetCredentialVerb : ServerVerb
{
    private readonly Argument<string> _kind = new("KIND") { Description = "github, git or image-registry." };
    private readonly Argument<string> _host = new("HOST") { Description = "The host, with its port where it needs one; docker.io is Docker Hub." };
    private readonly Option<string?> _owner = new("--owner") { Description = "Only for repositories of this owner there.", HelpName = "OWNER" };
    private readonly Option<string?> _user = new("--user", "-u") { Description = "User name; for a GitHub App, its id.", HelpName = "NAME" };
    private readonly OutputOption _output = new();

    public SetCredentialVerb(CliContext context) : base(context, "set", "Store a login; its secret is asked for, or read from stdin.")
    {
        _kind.AcceptOnlyFromAmong([.. CredentialKinds.Names]);
        Add(_kind);
        Add(_host);
        Add(_owner);
        Add(_user);
        Add(_output);
    }

    public override string Details => """
        The secret (a password, a token, the key of a GitHub App) is never an argument: arguments stay in the shell's history and
        show in the list of processes. It is stored encrypted and sent to no other host. A login with --owner goes before the host's.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin credential set github github.com < token.txt", "a token for GitHub's API"),
        new("twin credential set github github.com --owner odtp-org --user 12345 < app.pem", "a GitHub App for one organisation"),
        new("twin credential set image-registry docker.io --user ada", "asks for Docker Hub's access token"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var host = arguments.GetRequiredValue(_host);
        var stored = await server.Client.SetCredentialAsync(
            new()
            {
                Kind = CredentialKinds.Parse(arguments.GetRequiredValue(_kind)),
                Host = host,
                Owner = arguments.GetValue(_owner),
                UserName = arguments.GetValue(_user),
                Secret = await SecretInput.ReadAsync(Terminal, $"secret for {host}", cancellationToken),
            },
            cancellationToken);
        _output.Print(arguments, Terminal, stored, writer => writer.WriteLine(stored.Id));
        return ExitCode.Success;
    }
}

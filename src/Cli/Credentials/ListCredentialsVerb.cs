using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Credentials;

/// <summary><c>twin credential list</c></summary>
internal sealed class ListCredentialsVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListCredentialsVerb(CliContext context) : base(context, "list", "List the stored logins.") => Add(_output);

    public override string Details => "Secrets are never shown.";

    public override IReadOnlyList<Example> Examples => [new("twin credential list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var credentials = await Pages.AllAsync((after, token) => server.Client.ListCredentialsAsync(after, 500, token), cancellationToken);
        _output.PrintAll(
            arguments, Terminal, credentials, ["ID", "KIND", "HOST", "OWNER", "USER", "CHANGED"],
            credential =>
            [
                credential.Id, CredentialKinds.NameOf(credential.Kind), credential.Host, credential.Owner ?? "", credential.UserName ?? "",
                Humane.Ago(credential.UpdatedAt, Context.Time),
            ]);
        return ExitCode.Success;
    }
}

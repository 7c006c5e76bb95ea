using System.CommandLine;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Credentials;

/// <summary><c>twin credential delete</c></summary>
internal sealed class DeleteCredentialVerb : ServerVerb
{
    private readonly Argument<string> _id = new("ID") { Description = "Its id, as twin credential list shows it." };

    public DeleteCredentialVerb(CliContext context) : base(context, "delete", "Delete a login.") => Add(_id);

    public override string Details => "What it gave access to is asked for without it from then on. Revoke it at its host, too, if it may have leaked.";

    public override IReadOnlyList<Example> Examples => [new("twin credential delete 6720a1b2c3d4e5f60718293a", "forget it")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var id = arguments.GetRequiredValue(_id);
        await server.Client.DeleteCredentialAsync(id, cancellationToken);
        Terminal.Note($"{id} is deleted");
        return ExitCode.Success;
    }
}

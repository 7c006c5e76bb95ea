using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Secrets;

/// <summary><c>twin secret set</c></summary>
internal sealed class SetSecretVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name, as workflow files write it." };

    public SetSecretVerb(CliContext context) : base(context, "set", "Store a secret; its value is asked for, or read from stdin.") => Add(_name);

    public override string Details => """
        The value is never an argument: arguments stay in the shell's history and show in the list of processes. In a pipe all
        of stdin is the value, but for one newline at its end. It is stored encrypted, and never shown again.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin secret set API_TOKEN", "asks for the value"),
        new("twin secret set API_TOKEN < token.txt", "takes it from a file"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(_name);
        var value = await SecretInput.ReadAsync(Terminal, $"value of {name}", cancellationToken);
        await server.Client.SetSecretAsync(name, new SetSecret { Value = value }, cancellationToken);
        Terminal.Note($"{name} is stored");
        return ExitCode.Success;
    }
}

/// <summary><c>twin secret list</c></summary>
internal sealed class ListSecretsVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListSecretsVerb(CliContext context) : base(context, "list", "List the names of the stored secrets.") => Add(_output);

    public override string Details => "Values are never shown.";

    public override IReadOnlyList<Example> Examples => [new("twin secret list", "all of them")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var secrets = await Pages.AllAsync((after, token) => server.Client.ListSecretsAsync(after, 500, token), cancellationToken);
        _output.PrintAll(arguments, Terminal, secrets, ["NAME", "CHANGED"], secret => [secret.Name, Humane.Ago(secret.UpdatedAt, Context.Time)]);
        return ExitCode.Success;
    }
}

/// <summary><c>twin secret rm</c></summary>
internal sealed class RemoveSecretVerb : ServerVerb
{
    private readonly Argument<string> _name = new("NAME") { Description = "Its name." };

    public RemoveSecretVerb(CliContext context) : base(context, "rm", "Remove a secret.") => Add(_name);

    public override string Details => "Steps that need it fail from then on, with a sentence that says so.";

    public override IReadOnlyList<Example> Examples => [new("twin secret rm API_TOKEN", "forget it")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var name = arguments.GetRequiredValue(_name);
        await server.Client.DeleteSecretAsync(name, cancellationToken);
        Terminal.Note($"{name} is removed");
        return ExitCode.Success;
    }
}

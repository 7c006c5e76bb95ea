using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Images;

/// <summary><c>twin image limits</c></summary>
internal sealed class ListImageRegistriesVerb : ServerVerb
{
    private readonly OutputOption _output = new();

    public ListImageRegistriesVerb(CliContext context) : base(context, "limits", "Show how many pulls image registries still allow.") => Add(_output);

    public override string Details => "As the server last heard it from each of them since its start. Docker Hub allows more to those who are logged in: twin credential set image-registry docker.io.";

    public override IReadOnlyList<Example> Examples => [new("twin image limits", "before many pulls")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var registries = await server.Client.ListImageRegistriesAsync(cancellationToken);
        _output.PrintAll(
            arguments, Terminal, registries.Items, ["HOST", "REMAINING", "OF", "IN", "WAITS", "SEEN"],
            one =>
            [
                one.Host, $"{one.Remaining}", $"{one.Limit}", one.WindowSeconds > 0 ? Humane.Duration(TimeSpan.FromSeconds(one.WindowSeconds)) : "",
                one.Until is { } until && until > Context.Time.GetUtcNow() ? Humane.Duration(until - Context.Time.GetUtcNow()) : "", Humane.Ago(one.SeenAt, Context.Time),
            ]);
        return ExitCode.Success;
    }
}

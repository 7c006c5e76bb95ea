using System.CommandLine;
using Twinrunner.Cli.Components;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Images;

/// <summary><c>twin component build</c></summary>
internal sealed class BuildImageVerb : ServerVerb
{
    private readonly Argument<string> _version = new("NAME@VERSION") { Description = "The version; without @VERSION, the latest." };
    private readonly OutputOption _output = new();

    public BuildImageVerb(CliContext context) : base(context, "build", "Get the image of a version before a step needs it, and watch.")
    {
        Add(_version);
        Add(_output);
    }

    public override string Details => """
        A published image is pulled, else one is built from the version's files. What is printed meanwhile goes to stderr; where the
        image is being got already, from the beginning. Ctrl-C stops watching; a server that stays goes on.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin component build loader@1.0.0", "see why it fails, or be sure that it doesn't")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var (name, named) = ComponentName.Split(arguments.GetRequiredValue(_version));
        var asked = await server.Client.BuildImageAsync(name, named ?? "latest", cancellationToken);
        var version = asked.Version;
        if (asked.Running)
        {
            await foreach (var line in server.Client.FollowBuildLogAsync(name, version.Id, null, cancellationToken))
                Terminal.Note(Terminal.ForError(line.Value.Text));
            version = await server.Client.FindVersionAsync(name, version.Id, cancellationToken) ?? version;
        }
        if (version.ImageFailure is not null || version.ImageDigest is null)
            throw new CliError(ExitCode.Trouble, $"{version.ComponentName}@{version.Name} has no image: {version.ImageFailure ?? "getting it was stopped"}");
        _output.Print(arguments, Terminal, version, writer => writer.WriteLine($"{version.Image} {version.ImageDigest}"));
        return ExitCode.Success;
    }
}

using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Images;

/// <summary><c>twin image show</c></summary>
internal sealed class ShowImageVerb : ServerVerb
{
    private readonly Argument<string> _image = new("IMAGE") { Description = "Its name, with a tag or a digest; without both, latest." };
    private readonly OutputOption _output = new();

    public ShowImageVerb(CliContext context) : base(context, "show", "Show what an image registry says of an image.")
    {
        Add(_image);
        Add(_output);
    }

    public override string Details => "Nothing is pulled: digest, platforms and configuration are read from the image registry, with the login that is stored for it.";

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin image show debian:bookworm-slim", "from Docker Hub"),
        new("twin image show ghcr.io/odtp-org/loader:v1.0 -o json", "all of its labels"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var image = await server.Client.GetImageAsync(arguments.GetRequiredValue(_image), cancellationToken);
        _output.Print(arguments, Terminal, image, writer => ImageText.Write(image, Terminal, writer));
        return ExitCode.Success;
    }
}

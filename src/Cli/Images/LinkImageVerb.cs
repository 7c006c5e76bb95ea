using System.CommandLine;
using Twinrunner.Cli.Components;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Images;

/// <summary><c>twin component link</c></summary>
internal sealed class LinkImageVerb : ServerVerb
{
    private readonly Argument<string> _version = new("NAME@VERSION") { Description = "The version." };
    private readonly Argument<string> _image = new("IMAGE") { Description = "Name of a published image, with a tag or a digest." };
    private readonly OutputOption _output = new();

    public LinkImageVerb(CliContext context) : base(context, "link", "Link a version to a published image.")
    {
        Add(_version);
        Add(_image);
        Add(_output);
    }

    public override string Details => """
        The digest that the image has now is pinned: what is pushed under its tag later makes no difference. A version that has a
        published image keeps it; one that was only built here gets the other.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin component link loader@1.0.0 ghcr.io/odtp-org/loader:1.0.0", "run that image instead of building it")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var text = arguments.GetRequiredValue(_version);
        if (ComponentName.Split(text) is not ({ } name, { } version))
            throw CliError.Usage($"'{text}' names no version", $"write {text}@VERSION; twin component show {text} shows what there is");
        var linked = await server.Client.LinkImageAsync(name, version, new() { Image = arguments.GetRequiredValue(_image) }, cancellationToken);
        foreach (var warning in linked.Warnings)
            Terminal.Note(Terminal.ForError(warning));
        _output.Print(arguments, Terminal, linked, writer => writer.WriteLine($"{linked.Image}@{linked.ImageDigest}"));
        return ExitCode.Success;
    }
}

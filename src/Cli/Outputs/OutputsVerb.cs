using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Outputs;

/// <summary><c>twin outputs</c></summary>
internal sealed class OutputsVerb : ServerVerb
{
    private const int FilesInTree = 200;

    private readonly Argument<string> _address = new("EXECUTION[/STEP]") { Description = "The execution, or one step of it." };
    private readonly Option<int?> _attempt = new("--attempt") { Description = "What this try left (default: the last that left something).", HelpName = "NUMBER" };
    private readonly Option<bool> _all = new("--all") { Description = $"Show every file, however many there are (otherwise {FilesInTree} a step)." };
    private readonly OutputOption _output = new();

    public OutputsVerb(CliContext context) : base(context, "outputs", "Show the files that an execution's steps left, as a tree.")
    {
        _address.CompletionSources.Add(completion => ExecutionCompletions.Find(completion, context));
        Add(_address);
        Add(_attempt);
        Add(_all);
        Add(_output);
    }

    public override string Details => """
        Shows every file with its size. A cached step shows the files of the run that they come from. With -o json every file
        comes with its SHA-256 and the address of its content.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin outputs last", "everything that the newest execution left"),
        new("twin outputs last/report -o json | jq -r '.[].sha256'", "hashes of one step's files"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var address = OutputAddress.Parse(arguments.GetRequiredValue(_address));
        var limit = arguments.GetValue(_all) || _output.IsJson(arguments) ? int.MaxValue : FilesInTree;
        var files = new List<OutputFileView>();
        foreach (var step in await OutputLookup.StepsAsync(server.Client, address, cancellationToken))
        {
            foreach (var output in await OutputLookup.OfAsync(server.Client, step, arguments.GetValue(_attempt), cancellationToken))
            {
                var shown = new List<OutputFileView>();
                await foreach (var file in server.Client.AllOutputFilesAsync(output.Id, cancellationToken))
                {
                    shown.Add(file);
                    if (shown.Count == limit)
                        break;
                }
                files.AddRange(shown);
                if (!_output.IsJson(arguments))
                    Print(step, output, shown);
            }
        }
        if (_output.IsJson(arguments))
            _output.PrintAll(arguments, Terminal, files, [], _ => []);
        return ExitCode.Success;
    }

    private void Print(StepView step, OutputView output, List<OutputFileView> files)
    {
        var style = Terminal.OutStyle;
        var kind = output.Type == "output" ? "" : $" ({output.Type})";
        var cached = step.CachedFrom is null ? "" : ", cached";
        Terminal.Print($"{style.Paint(Tone.Strong, step.Name)}{kind}  {style.Paint(Tone.Faint, $"{Humane.Count(output.FileCount, "file")}, {Humane.Size(output.Size)}{cached}")}");
        foreach (var line in FileTree.Lines(files))
            Terminal.Print(line);
        if (files.Count >= FilesInTree && output.FileCount > files.Count)
            Terminal.Print(style.Paint(Tone.Faint, $"  … and {output.FileCount - files.Count} more: --all shows them"));
    }
}

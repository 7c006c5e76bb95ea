using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Outputs;

/// <summary><c>twin cp</c></summary>
internal sealed class CopyVerb : ServerVerb
{
    private const int FilesAtOnce = 4;

    private readonly Argument<string> _source = new("SOURCE") { Description = "EXECUTION, EXECUTION/STEP, or EXECUTION/STEP:PATH of a file or a folder." };
    private readonly Argument<string> _destination = new("DESTINATION") { Description = "Folder to fill, or the name for one file; - writes one file to stdout." };
    private readonly Option<int?> _attempt = new("--attempt") { Description = "What this try left (default: the last that left something).", HelpName = "NUMBER" };
    private readonly Option<string> _type = new("--type") { Description = "output, snapshot or logs.", HelpName = "TYPE", DefaultValueFactory = _ => "output" };

    public CopyVerb(CliContext context) : base(context, "cp", "Fetch outputs: a file, a folder, a step's, or all.")
    {
        _source.CompletionSources.Add(completion => ExecutionCompletions.Find(completion, context));
        Add(_source);
        Add(_destination);
        Add(_attempt);
        _type.AcceptOnlyFromAmong("output", "snapshot", "logs");
        Add(_type);
    }

    public override string Details => """
        Every file is verified by its SHA-256 before it gets its name. A download that broke off goes on where it stopped when
        the command is repeated; files that are there already are left alone. Nothing is ever written outside of the
        destination, whatever names a component has given its files.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("twin cp last/report:summary.csv .", "one file"),
        new("twin cp last/report:summary.csv - | head", "the same, to look at"),
        new("twin cp last/analyse:plots ./plots", "a folder"),
        new("twin cp last/report results", "all that one step left"),
        new("twin cp 3f2a results", "all steps, each in a folder of its name"),
    ];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        var address = OutputAddress.Parse(arguments.GetRequiredValue(_source));
        var found = await FindAsync(arguments, address, server, cancellationToken);
        var target = arguments.GetRequiredValue(_destination);
        var isOneFile = found.Count == 1 && found[0].File.Path == address.Path;
        if (target == "-")
        {
            if (!isOneFile || Terminal.OutBytes is not { } stdout)
                throw CliError.Usage("only one file can be written to stdout", "name it: EXECUTION/STEP:PATH");
            await using var content = await server.Client.OpenOutputFileAsync(found[0].OutputId, address.Path, from: 0, cancellationToken);
            await content.CopyToAsync(stdout, cancellationToken);
            return ExitCode.Success;
        }
        if (isOneFile)
        {
            var isFolder = Directory.Exists(target) || target.EndsWith('/');
            var name = isFolder ? Path.GetFileName(address.Path) : Path.GetFileName(Path.GetFullPath(target));
            var folder = isFolder ? target : Path.GetDirectoryName(Path.GetFullPath(target))!;
            found = [found[0] with { Target = name }];
            target = folder;
        }
        await FetchAsync(found, new Destination(target), server, cancellationToken);
        return ExitCode.Success;
    }

    /// <summary>The files that are meant, and their places in the destination.</summary>
    private async Task<IReadOnlyList<Wanted>> FindAsync(ParseResult arguments, OutputAddress address, ServerConnection server, CancellationToken cancellationToken)
    {
        var found = new List<Wanted>();
        var type = arguments.GetValue(_type);
        foreach (var step in await OutputLookup.StepsAsync(server.Client, address, cancellationToken))
        {
            var outputs = await OutputLookup.OfAsync(server.Client, step, arguments.GetValue(_attempt), cancellationToken);
            foreach (var output in outputs.Where(output => output.Type == type))
            {
                await foreach (var file in server.Client.AllOutputFilesAsync(output.Id, cancellationToken))
                {
                    if (Below(file.Path, address.Path) is { } rest)
                        found.Add(new Wanted(output.Id, file, address.Step is null ? $"{step.Name}/{rest}" : rest));
                }
            }
        }
        if (found.Count > 0)
            return found;
        var what = address.Path.Length > 0 ? $"no file or folder '{address.Path}' in what {address.Step} left" : "nothing was left there";
        throw CliError.NotFound(what, $"twin outputs {address.Execution} shows what there is");
    }

    private async Task FetchAsync(IReadOnlyList<Wanted> wanted, Destination destination, ServerConnection server, CancellationToken cancellationToken)
    {
        long done = 0, files = 0, kept = 0;
        var size = wanted.Sum(one => one.File.Size);
        var since = Context.Time.GetTimestamp();
        using var clock = Context.Time.CreateTimer(_ => ShowProgress(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
        var download = new FileDownload(server, bytes => Interlocked.Add(ref done, bytes));
        try
        {
            // Folders and links first, one after the other; files in parallel cost more than they bring beyond a few.
            foreach (var other in wanted.Where(one => one.File.Kind != OutputFileKind.File || one.File.LeftOut is not null))
                Make(other, destination);
            await Parallel.ForEachAsync(
                wanted.Where(one => one.File is { Kind: OutputFileKind.File, LeftOut: null }),
                new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = cancellationToken },
                async (one, token) =>
                {
                    if (!await download.FetchAsync(one.OutputId, one.File, destination.Place(one.Target), token))
                        Interlocked.Increment(ref kept);
                    Interlocked.Increment(ref files);
                });
        }
        finally
        {
            await clock.DisposeAsync();
            Terminal.ShowStatus("");
        }
        var same = kept > 0 ? $", {kept} of them there already" : "";
        Terminal.Note($"{Humane.Count(files, "file")}, {Humane.Size(done)} in {destination.Root}{same}");

        void ShowProgress()
        {
            var seconds = Math.Max(0.1, Context.Time.GetElapsedTime(since).TotalSeconds);
            var now = Interlocked.Read(ref done);
            Terminal.ShowStatus($"{Interlocked.Read(ref files)}/{wanted.Count} files, {Humane.Size(now)} of {Humane.Size(size)}, {Humane.Size((long)(now / seconds))}/s");
        }
    }

    private void Make(Wanted wanted, Destination destination)
    {
        var file = wanted.File;
        if (file is { Kind: OutputFileKind.Folder, LeftOut: null })
        {
            Directory.CreateDirectory(destination.Place(wanted.Target + "/.")[..^2]);
        }
        else if (file is { Kind: OutputFileKind.Link, LeftOut: null, Target: { } target } && destination.Holds(wanted.Target, target))
        {
            var place = destination.Place(wanted.Target);
            File.Delete(place);
            File.CreateSymbolicLink(place, target);
        }
        else
        {
            Terminal.Note(Terminal.ErrorStyle.Paint(Tone.Warning, Terminal.ForError($"left out {file.Path}: {file.LeftOut ?? "its link leads out of the output"}")));
        }
    }

    /// <summary>The path seen from the folder, or the file's name when it is the file itself; null: it is not below.</summary>
    private static string? Below(string path, string folder)
    {
        if (folder.Length == 0)
            return path;
        if (path == folder)
            return Path.GetFileName(path);
        return path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : null;
    }

    /// <param name="Target">Place in the destination.</param>
    private sealed record Wanted(string OutputId, OutputFileView File, string Target);
}

using System.CommandLine;
using System.Text.Json;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Client;

namespace Twinrunner.Cli.Import;

/// <summary><c>twin import odtp</c></summary>
internal sealed class ImportOdtpVerb : ServerVerb
{
    private const int DocumentsAtOnce = 200, BytesAtOnce = 1 << 20, ProblemsShown = 20;

    private readonly Argument<string?> _folder = new("FOLDER")
    {
        Description = "Folder with NAME.json for each collection, as mongoexport writes it.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string> _mongo = new("--mongo")
    {
        Description = "Read the database itself: mongodb://USER:PASSWORD@HOST/odtp?authSource=admin. TWIN_ODTP_PASSWORD may hold the password.",
        HelpName = "URL",
    };

    private readonly Option<string> _s3 = new("--s3")
    {
        Description = "Copy the zips of outputs, too, from ODTP's S3 server: https://HOST:PORT, with a path where they are in another bucket than the documents say. Keys in TWIN_ODTP_S3_ACCESS_KEY and TWIN_ODTP_S3_SECRET_KEY.",
        HelpName = "URL",
    };

    private readonly Option<string> _region = new("--s3-region") { Description = "Its region (default: us-east-1).", HelpName = "REGION" };
    private readonly Option<string> _authorities = new("--s3-ca-file") { Description = "Authorities (PEM) that its certificate may come from, in place of the system's.", HelpName = "FILE" };
    private readonly OutputOption _output = new();

    public ImportOdtpVerb(CliContext context) : base(context, "odtp", "Take over what an ODTP has in its database.")
    {
        Add(_folder);
        Add(_mongo);
        Add(_s3);
        Add(_region);
        Add(_authorities);
        Add(_output);
    }

    public override string Details => """
        Users, digital twins, components, versions, workflows, executions with their steps, logs and outputs keep their ids and
        all their fields. What ODTP ran can be looked at, and run again as a workflow of steps in a row. It may be done again:
        what changed there follows, what was changed here since stays as it is here; of the zips, what is missing is copied. An
        ODTP that runs is only read from, with --mongo and --s3; or export each collection with
        mongoexport --collection NAME --out FOLDER/NAME.json
        """;

    public override IReadOnlyList<Example> Examples => [new("twin import odtp ./odtp-export", "what mongoexport left in a folder"), new("twin import odtp --mongo mongodb://127.0.0.1:27017/odtp --s3 http://127.0.0.1:9000", "from its database and its object store")];

    protected override async Task<int> RunAsync(ParseResult arguments, ServerConnection server, CancellationToken cancellationToken)
    {
        await using var source = Source(arguments);
        using var buckets = Buckets(arguments);
        var rows = new List<ImportedCollection>();
        foreach (var collection in ImportOdtp.Collections)
        {
            if (!await source.HasAsync(collection, cancellationToken))
                continue;
            var documents = await source.ReadAsync(collection, cancellationToken);
            var row = new ImportedCollection(collection, documents.Count);
            Terminal.ShowStatus($"{collection}: {Humane.Count(documents.Count, "document")}");
            await foreach (var request in RequestsAsync(source, collection, documents, cancellationToken))
                row.Add(await server.Client.ImportOdtpAsync(request, cancellationToken));
            rows.Add(row);
        }
        Terminal.ShowStatus("");
        if (rows.Count == 0)
            throw CliError.Usage("there is no collection of an ODTP's there", "the path of --mongo's address names the database; files are made with: mongoexport --collection users --out FOLDER/users.json");
        await BringZipsAsync(rows, source, buckets, server.Client, cancellationToken);
        Report(rows);
        if (_output.IsJson(arguments))
            foreach (var row in rows)
                Terminal.Print(OutputOption.Line(row.ToView()));
        else
            _output.PrintAll(arguments, Terminal, rows, ["COLLECTION", "READ", "ADDED", "UPDATED", "UNCHANGED", "LEFT", "PROBLEMS"], row =>
                [row.Collection, $"{row.Read}", $"{row.Added}", $"{row.Updated}", $"{row.Unchanged}", $"{row.Left}", new($"{row.Problems.Count}", row.Problems.Count > 0 ? Tone.Warning : Tone.Plain)]);
        return rows.Exists(row => row.Problems.Count > 0) ? ExitCode.NotFoundOrConflict : ExitCode.Success;
    }

    private IOdtpSource Source(ParseResult arguments) => (arguments.GetValue(_folder), arguments.GetValue(_mongo)) switch
    {
        ({ } folder, null) => new OdtpDump(folder),
        (null, { } address) => new OdtpDatabase(new(address, Password: Context.Environment("TWIN_ODTP_PASSWORD")) { Patience = TimeSpan.FromSeconds(10) }, Context.Time),
        _ => throw CliError.Usage("give either a folder or --mongo URL", "twin import odtp --help"),
    };

    /// <summary>Null: zips stay where they are.</summary>
    private OdtpBuckets? Buckets(ParseResult arguments) => arguments.GetValue(_s3) is { } address
        ? new(
            address,
            new()
            {
                AccessKey = Context.Environment("TWIN_ODTP_S3_ACCESS_KEY"),
                SecretKey = Context.Environment("TWIN_ODTP_S3_SECRET_KEY"),
                Region = arguments.GetValue(_region),
                CaFile = arguments.GetValue(_authorities),
            },
            Context.Time)
        : null;

    private async Task BringZipsAsync(List<ImportedCollection> rows, IOdtpSource source, OdtpBuckets? buckets, RunnerClient server, CancellationToken cancellationToken)
    {
        var missing = rows.SelectMany(row => row.Missing).ToHashSet();
        if (buckets is null)
        {
            if (missing.Count > 0)
                Terminal.Note($"The zips of {Humane.Count(missing.Count, "output")} are in ODTP's object store only: the same with --s3 URL copies them");
            return;
        }
        var outputs = await source.ReadAsync("outputs", cancellationToken);
        var copy = new ZipCopy(server, buckets, Terminal.ShowStatus);
        var row = new ImportedCollection("zips", outputs.Count);
        row.Add(await copy.CopyAsync(outputs, missing, cancellationToken));
        rows.Add(row);
        Terminal.ShowStatus("");
        Terminal.Note($"{Humane.Count(row.Added, "zip")} copied, {Humane.Size(copy.Bytes)}");
    }

    private static async IAsyncEnumerable<ImportOdtp> RequestsAsync(
        IOdtpSource source, string collection, IReadOnlyList<JsonElement> documents, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (collection == "logs")
            documents = [.. documents.OrderBy(page => OdtpDump.Reference(page, "stepRef")).ThenBy(page => OdtpDump.Reference(page, "_id"))];
        var steps = collection == "executions" ? (await source.ReadAsync("steps", cancellationToken)).ToLookup(step => OdtpDump.Reference(step, "executionRef")) : null;
        var outputs = collection == "executions" ? (await source.ReadAsync("outputs", cancellationToken)).ToLookup(output => OdtpDump.Reference(output, "stepRef")) : null;
        foreach (var batch in Batches(documents))
        {
            var ofBatch = steps is null ? [] : batch.SelectMany(execution => steps[OdtpDump.Reference(execution, "_id")]).ToList();
            yield return new()
            {
                Collection = collection,
                Documents = batch,
                Steps = ofBatch,
                Outputs = outputs is null ? [] : [.. ofBatch.SelectMany(step => outputs[OdtpDump.Reference(step, "_id")])],
            };
        }
    }

    /// <summary>As many as go into one request, whose size the server limits.</summary>
    private static IEnumerable<IReadOnlyList<JsonElement>> Batches(IReadOnlyList<JsonElement> documents)
    {
        var batch = new List<JsonElement>();
        var size = 0;
        foreach (var document in documents)
        {
            var bytes = document.GetRawText().Length;
            if (batch.Count > 0 && (batch.Count == DocumentsAtOnce || size + bytes > BytesAtOnce))
            {
                yield return batch;
                (batch, size) = ([], 0);
            }
            batch.Add(document);
            size += bytes;
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private void Report(List<ImportedCollection> rows)
    {
        var problems = rows.SelectMany(row => row.Problems).ToList();
        foreach (var problem in problems.Take(ProblemsShown))
            Terminal.Note($"{Terminal.ErrorStyle.Paint(Tone.Warning, "warning:")} {Terminal.ForError(problem)}");
        if (problems.Count > ProblemsShown)
            Terminal.Note($"… and {problems.Count - ProblemsShown} more: -o json has all of them");
    }
}

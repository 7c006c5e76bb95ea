using System.CommandLine;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Runner.Hosting;
using Twinrunner.Storage.Transfer;

namespace Twinrunner.Cli.Admin;

/// <summary><c>twin admin migrate</c></summary>
internal sealed class MigrateVerb : Verb
{
    private const string KeyName = "secrets.key";

    private readonly Option<string> _from = new("--from") { Description = "Data folder of the server that was.", HelpName = "FOLDER", Required = true };
    private readonly Option<string> _to = new("--to") { Description = "Data folder of the server that will be.", HelpName = "FOLDER", Required = true };
    private readonly Option<string> _only = new("--only") { Description = "Move only objects, or only documents (with the key of secrets)." };

    public MigrateVerb(CliContext context) : base(context, "migrate", "Move everything between the embedded back ends and MongoDB and S3.")
    {
        _only.AcceptOnlyFromAmong("objects", "documents");
        Add(_from);
        Add(_to);
        Add(_only);
    }

    public override string Details => """
        Copies all documents and objects, and the key of secrets, from the back ends of one data folder to those of another. Which these
        are says twinrunner.json in each folder, with the settings of `twin serve` (secrets by their …File settings); a folder
        without one has the embedded ones. Every document and every object is read back and compared.

        Stop all servers of both first, and let executions end before. Cut off, it goes on when it is started again. The source
        stays as it is.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin admin migrate --from /srv/twin --to /srv/cluster", "/srv/cluster/twinrunner.json names database and objects")];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var (from, to) = (Read(arguments.GetValue(_from)!), Read(arguments.GetValue(_to)!));
        if (from.DataFolder == to.DataFolder)
            throw CliError.Usage("--from and --to are the same folder", "give each set of back ends a data folder of its own, with its twinrunner.json");
        using var source = AdminLock.Take(from.DataFolder);
        using var target = AdminLock.Take(to.DataFolder);
        await using var old = await StoragePlace.OpenAsync(from.Storage, cancellationToken);
        await using var @new = await StoragePlace.OpenAsync(to.Storage, cancellationToken);
        var only = arguments.GetValue(_only);
        if (only is not "documents") // first: documents refer to objects
            await MoveObjectsAsync(old, @new, cancellationToken);
        if (only is not "objects")
        {
            CopyKey(Path.Combine(from.DataFolder, KeyName), Path.Combine(to.DataFolder, KeyName));
            await MoveDocumentsAsync(old, @new, cancellationToken);
        }
        Terminal.Print("Everything is at the target and was compared.");
        return ExitCode.Success;
    }

    private async Task MoveObjectsAsync(StoragePlace from, StoragePlace to, CancellationToken cancellationToken)
    {
        var done = 0;
        var count = await ObjectTransfer.CopyAsync(from.Objects, to.Objects, _ => Terminal.ShowStatus($"objects: {Interlocked.Increment(ref done):N0}"), cancellationToken);
        Terminal.ShowStatus("");
        Terminal.Print($"{"objects",-16} {count.Objects,10:N0}   {count.Written,10:N0} written   {Humane.Size(count.Bytes)}");
    }

    private async Task MoveDocumentsAsync(StoragePlace from, StoragePlace to, CancellationToken cancellationToken)
    {
        await to.EnsureIndexesAsync(cancellationToken);
        foreach (var name in DocumentTransfer.Collections)
        {
            Terminal.ShowStatus($"{name} …");
            var count = await DocumentTransfer.CopyAsync(from.Database.Collection(name), to.Database.Collection(name), cancellationToken);
            if (count.Documents > 0)
                Terminal.Print($"{name,-16} {count.Documents,10:N0}   {count.Written,10:N0} written");
        }
        Terminal.ShowStatus("");
    }

    private static HostSettings Read(string folder)
    {
        try
        {
            // Not the environment: it would speak for both.
            return HostSettingsReader.Read(new Dictionary<string, string> { ["--data"] = folder }, _ => null);
        }
        catch (InvalidSettingsException invalid)
        {
            throw CliError.Usage($"{HostSettingsReader.FileName} in {folder} can't be used:\n{invalid.Message}", "docs/configuration.md lists all settings");
        }
    }

    private static void CopyKey(string from, string to)
    {
        if (!File.Exists(from))
            return;
        if (!File.Exists(to))
            File.Copy(from, to);
        else if (!File.ReadAllBytes(from).AsSpan().SequenceEqual(File.ReadAllBytes(to)))
            throw new CliError(ExitCode.NotFoundOrConflict, $"{to} is another key than {from}: the secrets could not be read any more", "remove it, if nothing was encrypted with it");
    }
}

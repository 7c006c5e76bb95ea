using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Servers;
using Twinrunner.Cli.Terminals;
using Twinrunner.Cli.Verbs;
using Twinrunner.Storage;
using Twinrunner.Storage.Transfer;

namespace Twinrunner.Cli.Admin;

/// <summary><c>twin admin backup</c></summary>
internal sealed class BackupVerb : Verb
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "Where to: a folder that is empty or isn't there." };

    public BackupVerb(CliContext context) : base(context, "backup", "Copy the data folder's database and objects, also while it is served.") => Add(_folder);

    public override string Details => """
        The database is copied as it is at one moment, then all objects and the key of secrets, and last a list of their hashes, by
        which `twin admin restore` knows a whole backup. For the embedded back ends; MongoDB and S3 have tools of their own.
        """;

    public override IReadOnlyList<Example> Examples => [new("twin admin backup /backups/monday", "while the server runs")];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var data = ServerChoice.From(arguments, Context.Environment, drives: false).DataFolder;
        var count = await Backup.MakeAsync(new StorageOptions { DataFolder = data }, arguments.GetValue(_folder)!, cancellationToken);
        Terminal.Print($"{data}: database and {Humane.Count(count.Objects, "object")} ({Humane.Size(count.Bytes)}) are in {Path.GetFullPath(arguments.GetValue(_folder)!)}");
        return ExitCode.Success;
    }
}

/// <summary><c>twin admin restore</c></summary>
internal sealed class RestoreVerb : Verb
{
    private readonly Argument<string> _folder = new("FOLDER") { Description = "A backup." };

    public RestoreVerb(CliContext context) : base(context, "restore", "Put a backup into a data folder that has no database yet.") => Add(_folder);

    public override string Details => "Everything is compared with the backup's hashes before anything is written. What was cut off can be started again.";

    public override IReadOnlyList<Example> Examples => [new("twin admin restore /backups/2026-11-22 --data /srv/twin", "into a new data folder")];

    protected override async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var data = ServerChoice.From(arguments, Context.Environment, drives: false).DataFolder;
        using var taken = AdminLock.Take(data);
        var count = await Backup.RestoreAsync(arguments.GetValue(_folder)!, new StorageOptions { DataFolder = data }, cancellationToken);
        Terminal.Print($"{data}: database and {Humane.Count(count.Objects, "object")} ({Humane.Size(count.Bytes)}) are restored");
        return ExitCode.Success;
    }
}

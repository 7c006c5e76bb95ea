using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.Files;

namespace Twinrunner.Storage.Transfer;

/// <summary>
/// A copy of an embedded installation in a folder: the database as it was at one moment, all objects, the key of secrets, and a
/// list of hashes that is written last. A server may use the installation meanwhile: what documents refer to was stored before
/// them, and so is among the objects that are copied after them.
/// </summary>
public static class Backup
{
    private const string ListName = "backup.jsonl", KeyName = "secrets.key", DatabaseEntry = "twinrunner.db";

    /// <summary>Makes the backup in a folder that is empty or isn't there.</summary>
    /// <exception cref="TransferException">The folder isn't empty, or there is nothing to back up.</exception>
    public static async Task<ObjectCount> MakeAsync(StorageOptions from, string folder, CancellationToken cancellationToken)
    {
        var to = new StorageOptions { DataFolder = Path.GetFullPath(folder) };
        if (!File.Exists(from.DatabaseFile))
            throw new TransferException($"'{from.DataFolder}' holds no embedded database: there is nothing to back up.");
        if (Directory.Exists(to.DataFolder) && Directory.EnumerateFileSystemEntries(to.DataFolder).Any())
            throw new TransferException($"'{to.DataFolder}' isn't empty: a backup goes into a folder of its own.");
        MakePrivate(to.DataFolder);
        await Task.Run(() => SqliteSnapshot.Write(from.DatabaseFile, to.DatabaseFile), cancellationToken).ConfigureAwait(false);
        var list = new List<Entry> { new(DatabaseEntry, new FileInfo(to.DatabaseFile).Length, await HashAsync(to.DatabaseFile, cancellationToken).ConfigureAwait(false)) };
        var key = Path.Combine(from.DataFolder, KeyName);
        if (File.Exists(key))
        {
            File.Copy(key, Path.Combine(to.DataFolder, KeyName));
            list.Add(new(KeyName, new FileInfo(key).Length, await HashAsync(key, cancellationToken).ConfigureAwait(false)));
        }
        var count = await ObjectTransfer.CopyAsync(
            FileObjectStore.Open(from.ObjectsFolder), FileObjectStore.Open(to.ObjectsFolder),
            info =>
            {
                lock (list)
                    list.Add(new("objects/" + info.Key, info.Size, info.Sha256!));
            },
            cancellationToken).ConfigureAwait(false);
        await File.WriteAllLinesAsync(Path.Combine(to.DataFolder, ListName), list.Select(entry => JsonSerializer.Serialize(entry, BackupJson.Default.Entry)), cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>Puts a backup into a data folder without an installation, after everything in it was compared with the list.</summary>
    /// <exception cref="TransferException">The backup is not whole or was changed, or the data folder is in use.</exception>
    public static async Task<ObjectCount> RestoreAsync(string folder, StorageOptions to, CancellationToken cancellationToken)
    {
        var from = new StorageOptions { DataFolder = Path.GetFullPath(folder) };
        var objects = FileObjectStore.Open(from.ObjectsFolder);
        var list = Path.Combine(from.DataFolder, ListName);
        if (!File.Exists(list))
            throw new TransferException($"'{from.DataFolder}' is no finished backup: it has no {ListName}.");
        if (File.Exists(to.DatabaseFile))
            throw new TransferException($"'{to.DataFolder}' holds an installation already: restore into another folder, or move that one away.");
        await foreach (var line in File.ReadLinesAsync(list, cancellationToken).ConfigureAwait(false))
        {
            var entry = JsonSerializer.Deserialize(line, BackupJson.Default.Entry)!;
            var hash = entry.Path.StartsWith("objects/", StringComparison.Ordinal)
                ? await ObjectTransfer.HashAsync(objects, entry.Path["objects/".Length..], cancellationToken).ConfigureAwait(false)
                : await HashAsync(Path.Combine(from.DataFolder, entry.Path), cancellationToken).ConfigureAwait(false);
            if (hash != entry.Sha256)
                throw new TransferException($"'{entry.Path}' of the backup {(hash is null ? "is missing" : "was changed")}: nothing was restored.");
        }
        MakePrivate(to.DataFolder);
        var count = await ObjectTransfer.CopyAsync(objects, FileObjectStore.Open(to.ObjectsFolder), _ => { }, cancellationToken).ConfigureAwait(false);
        if (File.Exists(Path.Combine(from.DataFolder, KeyName)))
            File.Copy(Path.Combine(from.DataFolder, KeyName), Path.Combine(to.DataFolder, KeyName), overwrite: true);
        // Last, and by a rename: where there is a database, everything is there.
        File.Copy(from.DatabaseFile, to.DatabaseFile + ".new", overwrite: true);
        File.Move(to.DatabaseFile + ".new", to.DatabaseFile);
        return count;
    }

    private static async Task<string?> HashAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return null;
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
            return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken).ConfigureAwait(false));
    }

    private static void MakePrivate(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    internal sealed record Entry(string Path, long Size, string? Sha256);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Backup.Entry))]
internal sealed partial class BackupJson : JsonSerializerContext;

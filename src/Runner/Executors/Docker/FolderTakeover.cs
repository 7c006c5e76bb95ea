using System.Formats.Tar;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>
/// Makes what a container left in its mounted folders readable and removable by this process where it doesn't run as root and the
/// container did. The engine, which does run as root, is asked through its archive calls: unpacking an entry for a folder that exists
/// changes the folder's owner and mode, and an archive may be read whatever the modes of the files. No helper container is needed.
/// </summary>
internal sealed class FolderTakeover(DockerEngine engine)
{
    private const UnixFileMode FolderMode = (UnixFileMode)0b111_101_101;
    private const UnixFileMode OwnerReads = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Permissions = (UnixFileMode)0b111_111_111;

    /// <summary>From this many files on, the whole folder is read once instead of each file by itself.</summary>
    private const int ManyFiles = 32;

    /// <exception cref="DockerException">The engine refused.</exception>
    /// <exception cref="IOException">A folder stays closed.</exception>
    public async Task TakeAsync(string container, StepFolders folders, CancellationToken cancellationToken)
    {
        if (Posix.IsRoot)
            return;
        await TakeAsync(container, folders.Output, StepFolders.OutputTarget, cancellationToken);
        await TakeAsync(container, folders.Logs, StepFolders.LogsTarget, cancellationToken);
        await TakeAsync(container, folders.Input, StepFolders.InputTarget, cancellationToken);
    }

    private async Task TakeAsync(string container, string folder, string target, CancellationToken cancellationToken)
    {
        var unreadable = new List<string>();
        var pending = new List<string> { folder };
        // A folder that nobody but root may list hides others: each round opens one more level of those.
        while (pending.Count > 0)
        {
            var foreign = new List<string>();
            foreach (var path in pending)
                Walk(path, foreign, unreadable);
            if (foreign.Count == 0)
                break;
            await OwnAsync(container, folder, target, foreign, cancellationToken);
            pending = foreign;
        }
        if (unreadable.Count > 0)
            await FetchAsync(container, folder, target, unreadable, cancellationToken);
    }

    /// <summary>Finds folders that aren't ours (and goes on below those that can be listed) and files that can't be read.</summary>
    private static void Walk(string top, List<string> foreign, List<string> unreadable)
    {
        var waiting = new Stack<string>([top]);
        while (waiting.TryPop(out var path))
        {
            var folder = new DirectoryInfo(path);
            var isOurs = Posix.OwnerOf(path) == Posix.Identity.User;
            if (isOurs && !folder.UnixFileMode.HasFlag(OwnerReads | UnixFileMode.UserExecute))
                folder.UnixFileMode |= OwnerReads | UnixFileMode.UserExecute;
            if (!isOurs)
            {
                // Listed once it is ours: what is below is found in the next round.
                foreign.Add(path);
                continue;
            }
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                if (entry.LinkTarget is not null)
                    continue;
                if (entry is DirectoryInfo)
                    waiting.Push(entry.FullName);
                else if (!Posix.CanRead(entry.FullName))
                    unreadable.Add(entry.FullName);
            }
        }
    }

    private async Task OwnAsync(string container, string folder, string target, List<string> foreign, CancellationToken cancellationToken)
    {
        // The engine leaves out an entry for the folder that it unpacks into, so names begin one level higher, at the mount itself.
        var parent = Path.GetDirectoryName(target)!;
        var mount = Path.GetFileName(target);
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var path in foreign)
            {
                var name = path == folder ? mount : $"{mount}/{Path.GetRelativePath(folder, path)}";
                var entry = new PaxTarEntry(TarEntryType.Directory, name)
                {
                    Uid = (int)Posix.Identity.User,
                    Gid = (int)Posix.Identity.Group,
                    Mode = FolderMode,
                    ModificationTime = Directory.GetLastWriteTimeUtc(path),
                };
                await writer.WriteEntryAsync(entry, cancellationToken);
            }
        }
        tar.Position = 0;
        await engine.PutArchiveAsync(container, parent, tar, cancellationToken);
        if (foreign.Find(path => Posix.OwnerOf(path) != Posix.Identity.User) is { } closed)
            throw new IOException($"The folder '{closed}', which the step left, could not be opened for this process.");
    }

    private async Task FetchAsync(string container, string folder, string target, List<string> unreadable, CancellationToken cancellationToken)
    {
        if (unreadable.Count >= ManyFiles)
        {
            var wanted = unreadable.ToDictionary(p => $"{Path.GetFileName(target)}/{Path.GetRelativePath(folder, p)}", StringComparer.Ordinal);
            await FetchAsync(container, target, name => wanted.GetValueOrDefault(name), cancellationToken);
            return;
        }
        foreach (var path in unreadable)
            await FetchAsync(container, $"{target}/{Path.GetRelativePath(folder, path)}", _ => path, cancellationToken);
    }

    /// <param name="place">Where an entry of the archive belongs; null: it isn't wanted.</param>
    private async Task FetchAsync(string container, string source, Func<string, string?> place, CancellationToken cancellationToken)
    {
        await using var archive = await engine.OpenArchiveAsync(container, source, cancellationToken);
        await using var reader = new TarReader(archive);
        while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            if (place(entry.Name) is not { } path)
                continue;
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
            {
                await ReplaceAsync(path, entry, entry.DataStream ?? Stream.Null, cancellationToken);
            }
            else if (entry.EntryType == TarEntryType.HardLink && place(entry.LinkName) is { } first)
            {
                await using var data = File.OpenRead(first);
                await ReplaceAsync(path, entry, data, cancellationToken);
            }
        }
    }

    private static async Task ReplaceAsync(string path, TarEntry entry, Stream data, CancellationToken cancellationToken)
    {
        // The folder is ours, so the name is: the file itself still belongs to root.
        var copy = $"{path}.{Guid.NewGuid():n}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = entry.Mode & Permissions | OwnerReads,
        };
        await using (var file = new FileStream(copy, options))
        {
            await data.CopyToAsync(file, cancellationToken);
        }
        File.SetLastWriteTimeUtc(copy, entry.ModificationTime.UtcDateTime);
        File.Move(copy, path, overwrite: true);
    }
}

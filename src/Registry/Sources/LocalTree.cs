namespace Twinrunner.Registry.Sources;

/// <summary>Files of a folder on this machine, for what is not committed. Links are never followed.</summary>
internal static class LocalTree
{
    /// <summary>Every file below the folder but for git's own, as paths below it.</summary>
    public static IEnumerable<string> Walk(string root, string prefix = "")
    {
        foreach (var entry in new DirectoryInfo(Path.Combine(root, prefix)).EnumerateFileSystemInfos())
        {
            var path = prefix.Length == 0 ? entry.Name : $"{prefix}/{entry.Name}";
            if (entry is FileInfo || entry.LinkTarget is not null)
                yield return path;
            else if (entry.Name != ".git")
                foreach (var below in Walk(root, path))
                    yield return below;
        }
    }

    /// <summary>Puts the files into the archive, sorted; those that are gone meanwhile are left out.</summary>
    public static async Task AddAsync(string root, IEnumerable<string> paths, TreeArchive archive, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var path in paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                await AddAsync(root, path, archive, cancellationToken);
        }
        catch (EndOfStreamException exception)
        {
            throw Changing(root, exception);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new SourceException($"The folder '{root}' can't be read: {exception.Message}", exception);
        }
    }

    public static SourceException Changing(string root, Exception? inner = null) =>
        new($"The files in '{root}' changed while they were read. Try again when nothing writes there.", inner);

    private static async Task AddAsync(string root, string path, TreeArchive archive, CancellationToken cancellationToken)
    {
        var file = new FileInfo(Path.Combine(root, path));
        if (file.LinkTarget is { } target)
        {
            await archive.AddLinkAsync(path, target, cancellationToken);
        }
        else if (Directory.Exists(file.FullName))
        {
            // A submodule, or a repository inside the folder, which git names as one entry.
            foreach (var below in Walk(root, path.TrimEnd('/')).Order(StringComparer.Ordinal))
                await AddAsync(root, below, archive, cancellationToken);
        }
        else if (file is { Exists: true, Length: 0 })
        {
            // Not opened: a pipe, a socket or a device has no length either, and opening one may wait for ever.
            await archive.AddFileAsync(path, IsExecutable(file), 0, Stream.Null, cancellationToken);
        }
        else if (file.Exists)
        {
            await using var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 0, useAsync: false);
            await archive.AddFileAsync(path, IsExecutable(file), content.Length, content, cancellationToken);
        }
    }

    private static bool IsExecutable(FileInfo file) =>
        !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
}

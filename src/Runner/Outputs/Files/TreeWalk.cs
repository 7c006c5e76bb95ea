using System.Text;
using System.Text.Unicode;

namespace Twinrunner.Runner.Outputs.Files;

/// <summary>
/// Goes through a folder that a component left, in the order of the paths' bytes. Links are not followed; those that stay in
/// the folder are items, those that lead out, and what is neither file nor folder, are items that say why they are left out.
/// </summary>
internal sealed class TreeWalk(OutputOptions options)
{
    private const int MaxPath = 3800; // a path's 4,096 bytes, with room for the folder that it is staged in

    private int _files;
    private long _bytes;

    /// <param name="containerPath">Where the component saw the folder: absolute links to below it stay in it.</param>
    public IEnumerable<TreeItem> Walk(string root, string containerPath)
    {
        using var open = new OpenFolders(OpenFolder.Open(root));
        var inside = Encoding.UTF8.GetBytes(containerPath + "/");
        while (open.Current is { } level)
        {
            if (!level.Entries.MoveNext())
            {
                open.Leave();
                continue;
            }
            var (name, kind) = level.Entries.Current;
            byte[] path = level.Path.Length == 0 ? name : [.. level.Path, (byte)'/', .. name];
            if (path.Length > MaxPath)
                throw new TreeLimitException($"A path in the outputs is longer than {MaxPath} bytes: '{Encoding.UTF8.GetString(path.AsSpan(0, 80))}…'.");
            switch (kind)
            {
                case FileKind.File:
                    yield return File(level, name, path);
                    break;
                case FileKind.Link:
                    yield return Link(level, name, path, open.Depth, inside);
                    break;
                case FileKind.Folder when level.Folder.OpenSubfolder(name) is { } folder:
                    if (open.Depth > options.MaxDepth)
                    {
                        folder.Dispose();
                        throw new TreeLimitException($"The outputs have more than {options.MaxDepth} folders inside each other at '{Encoding.UTF8.GetString(path)}'.");
                    }
                    if (open.Enter(folder, path) == 0)
                        yield return new(path, level.Folder.Status(name)?.Mode ?? 0x1ED);
                    break;
                default:
                    yield return new(path, 0, LeftOut: "it is neither a file, a folder nor a link");
                    break;
            }
        }
    }

    private TreeItem File(OpenFolders.Level level, byte[] name, byte[] path)
    {
        var file = level.Folder.OpenFile(name);
        if (file is null || OpenFolder.Status(file) is not { Kind: FileKind.File } status)
        {
            file?.Dispose();
            return new(path, 0, LeftOut: "it vanished or changed its kind while it was read");
        }
        _bytes += status.Size;
        if (++_files > options.MaxFiles || _bytes > options.MaxBytes)
        {
            file.Dispose();
            throw new TreeLimitException(_files > options.MaxFiles
                ? $"The outputs have more than {options.MaxFiles:N0} files."
                : $"The outputs have more than {options.MaxBytes:N0} bytes.");
        }
        return new(path, status.Mode, file);
    }

    private static TreeItem Link(OpenFolders.Level level, byte[] name, byte[] path, int depth, byte[] inside)
    {
        if (level.Folder.ReadLink(name) is not { Length: > 0 } target || !Utf8.IsValid(target))
            return new(path, 0, LeftOut: "it is a link that can't be read, or whose target isn't UTF-8");
        if (target.AsSpan().StartsWith(inside))
            target = [.. Enumerable.Repeat("../"u8.ToArray(), depth - 1).SelectMany(up => up), .. target.AsSpan(inside.Length)];
        return StaysInside(target, depth - 1)
            ? new(path, 0x1FF, LinkTarget: target)
            : new(path, 0, LeftOut: $"it is a link that leads out of the folder, to '{Encoding.UTF8.GetString(target)}'");
    }

    /// <summary>
    /// Only targets that first go up, by real folders of the link's own path, and then only down: further names may pass
    /// through other links, of which each stays inside as well.
    /// </summary>
    internal static bool StaysInside(ReadOnlySpan<byte> target, int depth)
    {
        if (target.IsEmpty || target[0] == '/')
            return false;
        var goesDown = false;
        foreach (var part in target.Split((byte)'/'))
        {
            var name = target[part];
            if (name.IsEmpty || name.SequenceEqual("."u8))
                continue;
            if (!name.SequenceEqual(".."u8))
                goesDown = true;
            else if (goesDown || --depth < 0)
                return false;
        }
        return true;
    }
}

/// <summary>The folders from the root to where a walk is.</summary>
internal sealed class OpenFolders : IDisposable
{
    private readonly Stack<Level> _levels = new();

    public OpenFolders(OpenFolder root) => Enter(root, []);

    public Level? Current => _levels.TryPeek(out var level) ? level : null;

    /// <summary>1 in the root.</summary>
    public int Depth => _levels.Count;

    /// <summary>Returns how many entries the folder has.</summary>
    public int Enter(OpenFolder folder, byte[] path)
    {
        var entries = folder.ReadEntries();
        if (entries.Count == 0 && path.Length > 0)
            folder.Dispose();
        else
            _levels.Push(new(folder, path, entries));
        return entries.Count;
    }

    public void Leave() => _levels.Pop().Folder.Dispose();

    public void Dispose()
    {
        while (_levels.Count > 0)
            Leave();
    }

    internal sealed class Level(OpenFolder folder, byte[] path, List<FolderEntry> entries)
    {
        public OpenFolder Folder { get; } = folder;
        public byte[] Path { get; } = path;
        public IEnumerator<FolderEntry> Entries { get; } = entries.GetEnumerator();
    }
}

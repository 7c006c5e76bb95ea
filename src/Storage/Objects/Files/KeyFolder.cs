using System.IO.Enumeration;

namespace Twinrunner.Storage.Objects.Files;

/// <summary>Reads a folder as the parts of keys that it stands for.</summary>
internal static class KeyFolder
{
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>An object, or (with a key that ends in a slash) a folder of objects.</summary>
    public readonly record struct Entry(string Key, string Path, bool IsFolder);

    /// <summary>What is in the folder, in the order of the keys; nothing when it isn't there. Takes memory for the names of one folder.</summary>
    public static IReadOnlyList<Entry> Read(string path, string prefix)
    {
        var entries = new List<Entry>();
        AddAll(entries, path, prefix);
        entries.Sort((left, right) => ObjectKey.Compare(left.Key, right.Key));
        return entries;
    }

    private static void AddAll(List<Entry> entries, string path, string prefix)
    {
        try
        {
            var files = new FileSystemEnumerable<(string Name, bool IsFolder)>(
                path, (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), Everything);
            foreach (var (name, isFolder) in files)
                Add(entries, Path.Combine(path, name), name, isFolder, prefix);
        }
        catch (DirectoryNotFoundException)
        {
            // Deleted meanwhile, or never there.
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FileObjectErrors.Translate(path, exception);
        }
    }

    private static void Add(List<Entry> entries, string path, string name, bool isFolder, string prefix)
    {
        if (!isFolder)
        {
            if (KeyPath.Decode(name) is { } text)
                entries.Add(new(prefix + text, path, false));
        }
        else if (name.EndsWith(KeyPath.FolderSuffix, StringComparison.Ordinal))
        {
            if (KeyPath.Decode(name.AsSpan(0, name.Length - KeyPath.FolderSuffix.Length)) is { } text)
                entries.Add(new(prefix + text + "/", path, true));
        }
        else if (name.EndsWith(KeyPath.ContinuedSuffix, StringComparison.Ordinal))
        {
            // Its entries are names of this folder, only longer ones.
            if (KeyPath.Decode(name.AsSpan(0, name.Length - KeyPath.ContinuedSuffix.Length)) is { } text)
                AddAll(entries, path, prefix + text);
        }
    }
}

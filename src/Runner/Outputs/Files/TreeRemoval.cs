using System.Text;

namespace Twinrunner.Runner.Outputs.Files;

/// <summary>
/// Removes a tree that a component left: however deep, whatever its rights, following no link. Subfolders are moved up to the
/// top before they are emptied, so that neither the depth nor a path's length nor the number of open folders has a say.
/// </summary>
internal static class TreeRemoval
{
    /// <summary>Removes the folder and everything in it. There is none: nothing happens.</summary>
    /// <exception cref="IOException">Something in it belongs to another user and can't be removed.</exception>
    public static void Remove(string path)
    {
        if (!Directory.Exists(path) && !File.Exists(path))
            return;
        using (var parent = OpenFolder.Open(Path.GetDirectoryName(path)!))
        {
            var name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
            parent.Unlock(name);
            using (var top = parent.OpenSubfolder(name))
            {
                if (top is not null)
                    Empty(top);
            }
            if (!parent.TryRemoveFolder(name) && !parent.TryRemoveFile(name))
                throw FolderCalls.LastError($"'{path}' can't be removed");
        }
    }

    /// <summary>Removes everything in the folder, but not the folder.</summary>
    public static void Empty(string path)
    {
        using var top = OpenFolder.Open(path);
        Empty(top);
    }

    private static void Empty(OpenFolder top)
    {
        var folders = new Queue<byte[]>();
        foreach (var (name, kind) in top.ReadEntries())
        {
            if (kind == FileKind.Folder)
                folders.Enqueue(name);
            else if (!top.TryRemoveFile(name))
                throw FolderCalls.LastError($"'{Encoding.UTF8.GetString(name)}' can't be removed");
        }
        var taken = folders.Select(Convert.ToHexString).ToHashSet();
        var moved = 0;
        while (folders.TryDequeue(out var name))
        {
            if (top.TryRemoveFolder(name))
                continue; // it was empty
            top.Unlock(name);
            using (var folder = top.OpenSubfolder(name))
                folder?.Visit(entry => RemoveOrMoveUp(folder, entry));
            if (!top.TryRemoveFolder(name))
                throw FolderCalls.LastError($"The folder '{Encoding.UTF8.GetString(name)}' can't be removed");
        }

        void RemoveOrMoveUp(OpenFolder folder, FolderEntry entry)
        {
            if (entry.Kind != FileKind.Folder)
            {
                if (!folder.TryRemoveFile(entry.Name))
                    throw FolderCalls.LastError($"'{Encoding.UTF8.GetString(entry.Name)}' can't be removed");
                return;
            }
            if (folder.TryRemoveFolder(entry.Name))
                return;
            folder.Unlock(entry.Name); // moving a folder changes its '..'
            byte[] target;
            do
                target = Encoding.ASCII.GetBytes($".removing-{moved++}");
            while (taken.Contains(Convert.ToHexString(target)));
            if (!folder.TryMove(entry.Name, top, target))
                throw FolderCalls.LastError($"The folder '{Encoding.UTF8.GetString(entry.Name)}' can't be moved to be removed");
            folders.Enqueue(target);
        }
    }
}

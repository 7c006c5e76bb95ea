namespace Twinrunner.Runner.Executors.Processes;

/// <summary>Copies files and folders; links and special files are left out.</summary>
internal static class WorkFolderCopy
{
    public static void Copy(string source, string target)
    {
        var waiting = new Stack<string>([""]);
        while (waiting.TryPop(out var path))
        {
            Directory.CreateDirectory(Path.Combine(target, path));
            foreach (var entry in new DirectoryInfo(Path.Combine(source, path)).EnumerateFileSystemInfos())
            {
                var below = Path.Combine(path, entry.Name);
                if (entry is DirectoryInfo { LinkTarget: null })
                    waiting.Push(below);
                else if (Posix.IsPlainFile(entry.FullName)) // reading a pipe would wait for somebody to write to it
                    File.Copy(entry.FullName, Path.Combine(target, below), overwrite: true);
            }
        }
    }
}

using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Outputs;

/// <summary>Files drawn as a tree of folders. Names are made harmless: components choose them.</summary>
internal static class FileTree
{
    private sealed class Folder
    {
        public SortedDictionary<string, Folder> Folders { get; } = new(StringComparer.Ordinal);
        public SortedDictionary<string, OutputFileView> Files { get; } = new(StringComparer.Ordinal);
    }

    public static IEnumerable<string> Lines(IEnumerable<OutputFileView> files)
    {
        var root = new Folder();
        foreach (var file in files)
        {
            var parts = file.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            var folder = root;
            foreach (var part in parts[..Math.Max(0, parts.Length - 1)])
            {
                if (!folder.Folders.TryGetValue(part, out var inner))
                    folder.Folders[part] = inner = new Folder();
                folder = inner;
            }
            folder.Files[parts.Length > 0 ? parts[^1] : file.Path] = file;
        }
        return Draw(root, "");
    }

    private static IEnumerable<string> Draw(Folder folder, string indent)
    {
        var left = folder.Folders.Count + folder.Files.Count;
        foreach (var (name, inner) in folder.Folders)
        {
            var last = --left == 0;
            yield return $"{indent}{(last ? "└─ " : "├─ ")}{TerminalText.Neutralise(name)}/";
            foreach (var line in Draw(inner, indent + (last ? "   " : "│  ")))
                yield return line;
        }
        foreach (var (name, file) in folder.Files)
            yield return $"{indent}{(--left == 0 ? "└─ " : "├─ ")}{TerminalText.Neutralise(name)}{Remark(file)}";
    }

    private static string Remark(OutputFileView file) => file switch
    {
        { LeftOut: { } why } => $"  (not stored: {TerminalText.Neutralise(why)})",
        { Kind: OutputFileKind.Folder } => "/",
        { Kind: OutputFileKind.Link } => $" → {TerminalText.Neutralise(file.Target ?? "?")}",
        _ => $"  {Humane.Size(file.Size)}",
    };
}

namespace Twinrunner.Cli.Outputs;

/// <summary>
/// The folder that a download fills. The server's paths are not trusted: whatever they are, nothing is written outside of
/// the folder, neither by name nor through a link that is in it.
/// </summary>
internal sealed class Destination(string root)
{
    private readonly string _root = Path.GetFullPath(root);

    public string Root => _root;

    /// <summary>Where the file goes; its folders are made.</summary>
    /// <exception cref="CliError">The path leads out of the folder.</exception>
    public string Place(string path)
    {
        var parts = Parts(path) ?? throw Refused(path);
        var folder = _root;
        Directory.CreateDirectory(folder);
        foreach (var part in parts[..^1])
        {
            folder = Path.Combine(folder, part);
            if (new DirectoryInfo(folder) is { LinkTarget: not null })
                throw Refused(path);
            Directory.CreateDirectory(folder);
        }
        var place = Path.Combine(folder, parts[^1]);
        // Opening a link would write to where it points.
        if (new FileInfo(place) is { LinkTarget: not null })
            File.Delete(place);
        return place;
    }

    /// <summary>A link's target, seen from the link's folder, stays inside.</summary>
    public bool Holds(string path, string target)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal) || Path.IsPathRooted(target) || Parts(path) is not { } parts)
            return false;
        var depth = parts.Length - 1;
        foreach (var part in target.Split('/'))
        {
            depth += part switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0)
                return false;
        }
        return true;
    }

    private static string[]? Parts(string path)
    {
        var parts = path.Split('/');
        var safe = parts.All(part => part is not ("" or "." or "..") && !part.AsSpan().ContainsAny('\0', Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar));
        return safe ? parts : null;
    }

    private static CliError Refused(string path) => new(
        ExitCode.Trouble, $"the output names a file '{path}', which would be outside of the destination", "it was not written; nothing that a component names may be");
}

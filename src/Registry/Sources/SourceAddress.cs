using System.Text.RegularExpressions;

namespace Twinrunner.Registry.Sources;

/// <summary>Where a component is: a local path split into repository and folder, or a git URL.</summary>
/// <param name="Repository">Absolute path or URL, without a trailing slash.</param>
/// <param name="Subfolder"><c>/</c>-separated, without leading or trailing slash; empty: the root.</param>
public sealed partial record SourceAddress(SourceAddressKind Kind, string Repository, string Subfolder)
{
    /// <exception cref="SourceException">It is neither an absolute path nor a git URL, or leads nowhere.</exception>
    public static SourceAddress Parse(string address, string? subfolder)
    {
        address = address.Trim();
        var folder = NormalizeSubfolder(subfolder ?? "");
        if (address.Any(char.IsControl))
            throw new SourceException("The address of a component can't have control characters.");
        if (address.StartsWith("file://", StringComparison.Ordinal) && Uri.TryCreate(address, UriKind.Absolute, out var file) && file.Host.Length == 0)
            address = file.LocalPath;
        if (Path.IsPathFullyQualified(address))
            return ParsePath(address, folder);
        return Fault(address) is { } fault ? throw new SourceException(fault) : new(SourceAddressKind.GitUrl, address.TrimEnd('/'), folder);
    }

    /// <summary>Why something is no git URL of another machine; null: it is one.</summary>
    public static string? Fault(string address)
    {
        if (address.Any(char.IsControl))
            return "The address of a component can't have control characters.";
        if (ScpForm().IsMatch(address))
            return null;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http" or "ssh" or "git") || uri.Host.Length == 0)
            return $"'{address}' is neither an absolute path nor a git URL (https://, ssh://, git://, file:// or user@host:path).";
        if (uri.Host.StartsWith('-') || uri.UserInfo.StartsWith('-'))
            return "A host or user name can't begin with a dash.";
        if (uri.UserInfo.Contains(':', StringComparison.Ordinal))
            return "Take the password out of the URL: the address is stored and shown to everybody. 'twin credential set' keeps it.";
        return uri.Query.Length > 0 || uri.Fragment.Length > 0 ? "The address of a repository has no '?' and no '#'." : null;
    }

    /// <summary>A git URL as one, also when it is written as <c>user@host:path</c>.</summary>
    public static Uri ToUri(string address) =>
        ScpForm().Match(address) is { Success: true } scp
            ? new Uri($"ssh://{scp.Groups["host"].Value}/{scp.Groups["path"].Value.TrimStart('/')}")
            : new Uri(address);

    public static SourceException LocalRefused() => new("Folders of the server's machine may not be components here: give the URL of a repository.");

    private static SourceAddress ParsePath(string path, string subfolder)
    {
        path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        if (!Directory.Exists(path))
            throw new SourceException($"There is no folder '{path}' on the machine where the server runs.");
        if (IsBareRepository(path))
            return new(SourceAddressKind.LocalGit, path, subfolder);
        var folder = Path.GetFullPath(Path.Combine(path, subfolder));
        if (!Directory.Exists(folder))
            throw new SourceException($"There is no folder '{subfolder}' in '{path}'.");
        for (var root = folder; root is not null; root = Path.GetDirectoryName(root))
            if (Path.Exists(Path.Combine(root, ".git")))
                return new(SourceAddressKind.LocalGit, root, NormalizeSubfolder(Path.GetRelativePath(root, folder)));
        return new(SourceAddressKind.Folder, folder, "");
    }

    private static bool IsBareRepository(string path) =>
        File.Exists(Path.Combine(path, "HEAD")) && Directory.Exists(Path.Combine(path, "objects")) && Directory.Exists(Path.Combine(path, "refs"));

    private static string NormalizeSubfolder(string subfolder)
    {
        var parts = subfolder.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".").ToList();
        if (parts.Exists(part => part is ".." or ".git" || part.Any(char.IsControl)))
            throw new SourceException($"'{subfolder}' is no folder inside a repository.");
        return string.Join('/', parts);
    }

    [GeneratedRegex(@"^[A-Za-z0-9_][\w.-]*@(?<host>[A-Za-z0-9][\w.-]*):(?<path>[^:].*)$")]
    private static partial Regex ScpForm();
}

public enum SourceAddressKind { Folder, LocalGit, GitUrl }

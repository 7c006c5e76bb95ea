using System.IO.Enumeration;
using System.Text;
using Twinrunner.Registry.Git;
using Twinrunner.Registry.Odtp;
using Twinrunner.Storage;

namespace Twinrunner.Registry.Sources;

/// <summary>A git repository, on this machine or behind a URL. Versions are tags and commits; what is not committed counts only when it is asked for.</summary>
internal sealed class GitSource(SourceAddress address, GitMirror mirror, GitCommand git, RegistryOptions options) : IComponentSource
{
    private const int MaxSubmoduleDepth = 5;
    private const int LongestReference = 256;

    /// <summary>Commits of a followed branch that one look takes: a branch's whole past would be thousands of versions.</summary>
    private const int MostCommits = 50;

    private static readonly Dictionary<string, string> NoSubmodules = [];

    /// <summary>Submodules that could not be had: asked for once, not for each version.</summary>
    private readonly HashSet<string> _unreachable = [];

    public string Repository => address.Repository;
    public string Subfolder => address.Subfolder;

    public string SuggestedName
    {
        get
        {
            var last = (Subfolder.Length > 0 ? Subfolder : Repository).Split('/', ':')[^1];
            return last.EndsWith(".git", StringComparison.Ordinal) ? last[..^4] : last;
        }
    }

    /// <summary>The component's folder where the repository is checked out on this machine; null: it isn't.</summary>
    private string? WorkingFolder =>
        address.Kind == SourceAddressKind.LocalGit && Path.Exists(Path.Combine(Repository, ".git")) ? Path.Combine(Repository, Subfolder) : null;

    public async Task<SourceListing> ListAsync(SourceSelection selection, CancellationToken cancellationToken)
    {
        if (selection is { Dirty: true, Commit: not null })
            throw new SourceException("A commit and uncommitted changes can't be asked for together.");
        if (selection.Dirty)
            return new([await ReadWorkingTreeAsync(selection.WithoutOdtpFile, cancellationToken)], []);
        var references = await mirror.FetchAsync(selection.Known, cancellationToken);
        if (references == selection.Known)
            return new([], []) { References = references, IsUnchanged = true };
        if (selection.Commit is { } reference)
            return new([await ReadCommitAsync(reference, selection.WithoutOdtpFile, cancellationToken)], []);
        var versions = await ReadFollowedAsync(selection, cancellationToken);
        return new(versions, await WarnOfUncommittedAsync(cancellationToken)) { References = references };
    }

    private async Task<IReadOnlyList<SourceVersion>> ReadFollowedAsync(SourceSelection selection, CancellationToken cancellationToken)
    {
        var tagged = selection is { Branch: not null, TagPattern: null } ? [] : await ReadTagsAsync(selection, cancellationToken);
        if (selection.Branch is { } branch)
            return [.. tagged, .. await ReadBranchAsync(branch, selection.WithoutOdtpFile, cancellationToken)];
        if (selection.TagPattern is { } pattern)
            return tagged.Count > 0 ? tagged : throw new SourceException($"No tag in '{Repository}' matches '{pattern}'{(selection.WithoutOdtpFile ? "" : " and has an odtp.yml")}.");
        // Tags of a repository of several components name its releases, not the component's versions; other tags may mean anything.
        return Subfolder.Length == 0 && tagged.Any(version => SemanticVersion.TryParse(version.Tag!) is not null)
            ? tagged
            : await ReadHeadAsync(needed: tagged.Count == 0, selection.WithoutOdtpFile, cancellationToken) is { } head ? [.. tagged, head] : tagged;
    }

    public async Task<ArchiveReport> WriteArchiveAsync(SourceVersion version, Stream tar, CancellationToken cancellationToken)
    {
        await using var archive = new TreeArchive(tar, options);
        if (version.Kind == SourceKind.Dirty)
        {
            var folder = WorkingFolder!;
            await LocalTree.AddAsync(folder, await ListWorkingTreeAsync(folder, cancellationToken), archive, cancellationToken);
            return archive.ContentHash == version.Commit ? archive.Report : throw LocalTree.Changing(folder);
        }
        List<GitTreeEntry> entries = [];
        await CollectAsync(new(version.Commit, Subfolder, "", WorkingFolder, Repository, 0), entries, archive, cancellationToken);
        await mirror.ReadObjectsAsync(async (objects, token) =>
        {
            foreach (var entry in entries)
                await AddAsync(entry, objects, archive, token);
        }, cancellationToken);
        return archive.Report;
    }

    private async Task<SourceVersion> ReadWorkingTreeAsync(bool withoutOdtpFile, CancellationToken cancellationToken)
    {
        if (WorkingFolder is not { } folder)
            throw new SourceException($"'{Repository}' has no working tree on this machine, so there are no uncommitted changes to take.");
        await using var archive = new TreeArchive(Stream.Null, options);
        await LocalTree.AddAsync(folder, await ListWorkingTreeAsync(folder, cancellationToken), archive, cancellationToken);
        var file = await FolderSource.ReadOdtpFileAsync(folder, cancellationToken);
        return file is null && !withoutOdtpFile ? throw FolderSource.Missing(folder) : new(SourceKind.Dirty, null, archive.ContentHash, file);
    }

    private async Task<SourceVersion> ReadCommitAsync(string reference, bool withoutOdtpFile, CancellationToken cancellationToken)
    {
        var commit = reference.Length is 0 or > LongestReference || reference.Any(char.IsControl)
            ? null
            : await mirror.ResolveAsync(InCopy(reference), cancellationToken);
        if (commit is null && GitMirror.IsHash(reference) && await mirror.TryFetchCommitAsync(Repository, reference, cancellationToken))
            commit = reference;
        if (commit is null)
            throw new SourceException($"There is no commit, branch or tag '{reference}' in '{Repository}'.");
        var files = await ReadOdtpFilesAsync([commit], cancellationToken);
        return files[0] is not null || withoutOdtpFile
            ? new(SourceKind.Commit, null, commit, files[0])
            : throw new SourceException($"There is no odtp.yml in {Place} at commit {commit[..12]}.");
    }

    /// <summary>The head of the copy is not the repository's.</summary>
    private static string InCopy(string reference) => reference switch
    {
        "@" => GitMirror.Head,
        ['H', 'E', 'A', 'D'] or ['H', 'E', 'A', 'D', '~' or '^', ..] => GitMirror.Head + reference[4..],
        _ => reference,
    };

    private async Task<IReadOnlyList<SourceVersion>> ReadTagsAsync(SourceSelection selection, CancellationToken cancellationToken)
    {
        var tags = await mirror.TagsAsync(cancellationToken);
        if (selection.TagPattern is { } pattern)
            tags = [.. tags.Where(tag => FileSystemName.MatchesSimpleExpression(pattern, tag.Name, ignoreCase: false))];
        return await ReadVersionsAsync(SourceKind.Tag, tags, selection.WithoutOdtpFile, cancellationToken);
    }

    /// <summary>The newest commits of a branch that changed the folder, the oldest first: names of commits have no order but this.</summary>
    private async Task<IReadOnlyList<SourceVersion>> ReadBranchAsync(string branch, bool withoutOdtpFile, CancellationToken cancellationToken)
    {
        var head = branch.Length is 0 or > LongestReference || branch.Any(char.IsControl) ? null : await mirror.ResolveAsync($"refs/heads/{branch}", cancellationToken);
        if (head is null)
            throw new SourceException($"There is no branch '{branch}' in '{Repository}'.");
        var commits = await mirror.CommitsAsync(head, Subfolder, MostCommits, cancellationToken);
        return await ReadVersionsAsync(SourceKind.Commit, [.. commits.Reverse().Select(commit => new GitTag(null, commit))], withoutOdtpFile, cancellationToken);
    }

    private async Task<IReadOnlyList<SourceVersion>> ReadVersionsAsync(
        SourceKind kind, IReadOnlyList<GitTag> commits, bool withoutOdtpFile, CancellationToken cancellationToken)
    {
        if (commits.Count == 0)
            return [];
        var files = await ReadOdtpFilesAsync([.. commits.Select(tag => tag.Commit)], cancellationToken);
        return [.. commits.Zip(files)
            .Where(pair => pair.Second is not null || withoutOdtpFile)
            .Select(pair => new SourceVersion(kind, pair.First.Name, pair.First.Commit, pair.Second))];
    }

    /// <summary>Null: there is none, and it isn't needed.</summary>
    private async Task<SourceVersion?> ReadHeadAsync(bool needed, bool withoutOdtpFile, CancellationToken cancellationToken)
    {
        if (await mirror.ResolveAsync(GitMirror.Head, cancellationToken) is not { } head)
            return needed ? throw new SourceException($"The git repository '{Repository}' has no commits yet.{HintAtDirty()}") : null;
        var commit = (await mirror.CommitsAsync(head, Subfolder, 1, cancellationToken)) is [var last] ? last : head;
        var files = await ReadOdtpFilesAsync([commit], cancellationToken);
        if (files[0] is not null || withoutOdtpFile)
            return new(SourceKind.Head, null, commit, files[0]);
        return needed ? throw new SourceException($"There is no odtp.yml in {Place} at its last commit.{HintAtDirty()}") : null;
    }

    private string Place => Subfolder.Length > 0 ? $"the folder '{Subfolder}' of '{Repository}'" : $"'{Repository}'";

    private string HintAtDirty() =>
        WorkingFolder is { } folder && FolderSource.OdtpFileNames.Any(name => File.Exists(Path.Combine(folder, name)))
            ? " The folder itself has one: commit it, or ask for the uncommitted files (--dirty)."
            : "";

    /// <summary>The bytes of each commit's odtp.yml, or null where it has none.</summary>
    private async Task<IReadOnlyList<ReadOnlyMemory<byte>?>> ReadOdtpFilesAsync(IReadOnlyList<string> commits, CancellationToken cancellationToken)
    {
        var prefix = Subfolder.Length > 0 ? Subfolder + "/" : "";
        List<ReadOnlyMemory<byte>?> files = [];
        await mirror.ReadObjectsAsync(async (objects, token) =>
        {
            foreach (var commit in commits)
            {
                ReadOnlyMemory<byte>? found = null;
                foreach (var name in FolderSource.OdtpFileNames)
                    if (found is null && await objects.AskAsync($"{commit}:{prefix}{name}", token) is { } size)
                        found = await objects.ReadAsync(size, OdtpFileReader.MaxBytes + 1, token);
                files.Add(found);
            }
        }, cancellationToken);
        return files;
    }

    /// <summary>
    /// The entries below a folder, with those of submodules: ODTP's template keeps the component client, without which nothing
    /// builds, as one. They come from where a local repository has them checked out, or from the URL that one elsewhere names.
    /// </summary>
    private async Task CollectAsync(Tree tree, List<GitTreeEntry> entries, TreeArchive archive, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string>? addresses = null;
        foreach (var entry in await mirror.ListTreeAsync(tree.Commit, tree.Folder, cancellationToken))
        {
            var path = tree.Prefix + entry.Path;
            if (entry.Mode != "160000")
            {
                entries.Add(entry with { Path = path });
                continue;
            }
            addresses ??= address.Kind == SourceAddressKind.GitUrl ? await mirror.SubmodulesAsync(tree.Commit, cancellationToken) : NoSubmodules;
            if (await FetchSubmoduleAsync(tree, entry, addresses, cancellationToken) is { } submodule)
                await CollectAsync(submodule with { Prefix = path + "/" }, entries, archive, cancellationToken);
            else
                archive.Warn($"The submodule '{path}' at commit {entry.Hash[..12]} is not at hand, a build will miss it. {HowToGetSubmodules}");
        }
    }

    private string HowToGetSubmodules => address.Kind == SourceAddressKind.GitUrl
        ? "Its address in .gitmodules must be a git URL that the server may use."
        : "Run 'git submodule update --init' in the repository and add it again.";

    /// <summary>Null: it can't be had.</summary>
    private async Task<Tree?> FetchSubmoduleAsync(Tree tree, GitTreeEntry entry, IReadOnlyDictionary<string, string> addresses, CancellationToken cancellationToken)
    {
        if (tree.Depth == MaxSubmoduleDepth)
            return null;
        var checkedOut = tree.WorkingFolder is { } folder && Path.Exists(Path.Combine(folder, entry.Path, ".git")) ? Path.Combine(folder, entry.Path) : null;
        var written = addresses.GetValueOrDefault(tree.Folder.Length > 0 ? $"{tree.Folder}/{entry.Path}" : entry.Path);
        var from = checkedOut ?? (written is null ? null : GitSubmodules.Resolve(tree.Address, written));
        if (from is null || _unreachable.Contains(from))
            return null;
        if (await mirror.TryFetchCommitAsync(from, entry.Hash, cancellationToken))
            return new(entry.Hash, "", "", checkedOut, from, tree.Depth + 1);
        _unreachable.Add(from);
        return null;
    }

    /// <summary>A folder of a commit, and where its files go.</summary>
    private sealed record Tree(string Commit, string Folder, string Prefix, string? WorkingFolder, string Address, int Depth);

    private static async Task AddAsync(GitTreeEntry entry, GitObjectReader objects, TreeArchive archive, CancellationToken cancellationToken)
    {
        var size = await objects.AskAsync(entry.Hash, cancellationToken)
            ?? throw new SourceException($"The repository lacks the content of '{entry.Path}': is it a partial clone?");
        if (entry.Mode == "120000")
        {
            var target = await objects.ReadAsync(size, 4096, cancellationToken);
            await archive.AddLinkAsync(entry.Path, Encoding.UTF8.GetString(target), cancellationToken);
        }
        else if (await archive.AddFileAsync(entry.Path, entry.Mode == "100755", size, objects.Open(size), cancellationToken))
        {
            await objects.EndAsync(cancellationToken);
        }
        else
        {
            await objects.ReadAsync(size, 0, cancellationToken);
        }
    }

    private async Task<IEnumerable<string>> ListWorkingTreeAsync(string folder, CancellationToken cancellationToken)
    {
        var listed = await git.RunAsync(
            ["-c", "core.fsmonitor=false", "-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "."], cancellationToken);
        return listed.Succeeded ? listed.Pieces : throw new SourceException($"The working tree '{folder}' can't be read: {listed.Complaint}.");
    }

    /// <summary>
    /// Says that there are changes that no version has. Looking for them runs the filters that a repository's configuration
    /// names, so it is done only where there are none, and only in repositories of the server's own user (the empty
    /// <c>safe.directory</c>).
    /// </summary>
    private async Task<IReadOnlyList<string>> WarnOfUncommittedAsync(CancellationToken cancellationToken)
    {
        if (WorkingFolder is not { } folder)
            return [];
        string[] own = ["-c", "safe.directory=", "-c", "core.fsmonitor=false", "-C", folder];
        var filters = await git.RunAsync([.. own, "config", "--name-only", "--get-regexp", "^filter\\."], cancellationToken);
        if (filters.ExitCode != 1) // 1: there are none
            return [];
        var status = await git.RunAsync([.. own, "status", "--porcelain", "-z", "--no-renames", "--ignore-submodules", "--", "."], cancellationToken);
        return status.Succeeded ? Uncommitted(folder, status.Pieces.Count()) : [];
    }

    private static IReadOnlyList<string> Uncommitted(string folder, int changes) => changes switch
    {
        0 => [],
        1 => [$"An uncommitted change in '{folder}' is in no version. Commit it, or ask for the uncommitted files (--dirty)."],
        _ => [$"{changes} uncommitted changes in '{folder}' are in no version. Commit them, or ask for the uncommitted files (--dirty)."],
    };
}

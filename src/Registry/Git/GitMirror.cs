using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Git;

/// <summary>
/// Our bare copy of one repository. Everything is read from it: the repository's own configuration, hooks and working tree
/// never count, and nothing that was fetched once is lost when its authors rewrite history.
/// </summary>
internal sealed partial class GitMirror(string address, GitCommand git, GitRemotes remotes, GitRedirects redirects, RegistryOptions options, TimeProvider time) : IDisposable
{
    /// <summary>Where the head of the repository is kept.</summary>
    public const string Head = "refs/twinrunner/head";

    /// <summary>A host that doesn't even list its references by then hangs, and others wait for their look.</summary>
    private static readonly TimeSpan LongestList = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _fetching = new(1, 1);

    /// <summary>Where the address redirects to; null: it doesn't.</summary>
    private string? _redirect;

    private string Place => _redirect ?? address;

    private string Folder { get; } = Path.Combine(
        options.MirrorFolder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..24] + ".git");

    /// <summary>
    /// Brings branches, tags and head up to what the repository has now. Returns a hash of them: while it is
    /// <paramref name="known"/>, nothing was fetched.
    /// </summary>
    public async Task<string> FetchAsync(string? known, CancellationToken cancellationToken)
    {
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            if (!File.Exists(Path.Combine(Folder, "HEAD")))
            {
                await NeedAsync(["init", "--quiet", "--bare", "--template=", "--", Folder], null, cancellationToken);
                known = null;
            }
            var (remote, listed) = await ListAsync(cancellationToken);
            var hash = Convert.ToHexStringLower(SHA256.HashData(listed.Output.Span));
            if (hash == known)
                return hash;
            List<string> references = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
            if (listed.Text.Contains("\tHEAD", StringComparison.Ordinal))
                references.Add($"+HEAD:{Head}");
            await FetchAsync(["--prune", "--", remote.Address, .. references], remote, cancellationToken);
            return hash;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>Fetches one commit, from there or from somewhere else, into this copy: a submodule's has no other place. False: it isn't there.</summary>
    public async Task<bool> TryFetchCommitAsync(string from, string commit, CancellationToken cancellationToken)
    {
        if (await HasAsync(commit, cancellationToken))
            return true;
        await _fetching.WaitAsync(cancellationToken);
        try
        {
            var remote = await remotes.OpenAsync(from == address ? Place : from, from == address ? null : address, cancellationToken);
            await FetchAsync(["--", remote.Address, commit], remote, cancellationToken);
            return true;
        }
        catch (SourceException)
        {
            return false;
        }
        finally
        {
            _fetching.Release();
        }
    }

    /// <summary>What the repository shows. An address that redirects is exchanged for where it leads.</summary>
    private async Task<(GitRemote Remote, GitResult Listed)> ListAsync(CancellationToken cancellationToken)
    {
        var limit = options.GitTimeout < LongestList ? options.GitTimeout : LongestList;
        for (var redirected = false; ; redirected = true)
        {
            var remote = await remotes.OpenAsync(Place, null, cancellationToken);
            var listed = await git.RunAsync(["ls-remote", "--quiet", "--", remote.Address, "HEAD", "refs/heads/*", "refs/tags/*"], remote, limit, cancellationToken);
            if (redirected || !GitRedirects.IsMeant(listed))
                return listed.Succeeded ? (remote, listed) : throw Unreadable(listed);
            _redirect = await redirects.FollowAsync(Place, cancellationToken);
        }
    }

    /// <summary>Tags that point to commits, with the hash of the commit.</summary>
    public async Task<IReadOnlyList<GitTag>> TagsAsync(CancellationToken cancellationToken)
    {
        const string Format = "%(refname:lstrip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)";
        var listed = await NeedAsync(InFolder("for-each-ref", $"--format={Format}", "refs/tags"), cancellationToken);
        List<GitTag> tags = [];
        foreach (var line in listed.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, commit) = line.Split(' ') switch
            {
                [var tag, "commit", var hash, _, _] => (tag, hash),
                [var tag, "tag", _, "commit", var hash] => (tag, hash),
                [var tag, "tag", _, "tag", _] => (tag, await ResolveAsync($"refs/tags/{tag}", cancellationToken)),
                [var tag, ..] => (tag, null),
                _ => ("", null),
            };
            if (commit is not null)
                tags.Add(new(name, commit));
        }
        return tags;
    }

    /// <summary>The commit that a branch, tag or (part of a) hash means; null: none.</summary>
    public async Task<string?> ResolveAsync(string reference, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(InFolder("rev-parse", "--verify", "--quiet", "--end-of-options", reference + "^{commit}"), cancellationToken);
        return result.Succeeded && Hash().IsMatch(result.Text) ? result.Text : null;
    }

    /// <summary>The last commits up to this one that changed the folder, the newest first; of merges the merge itself, not what it brought.</summary>
    public async Task<IReadOnlyList<string>> CommitsAsync(string commit, string subfolder, int limit, CancellationToken cancellationToken)
    {
        List<string> arguments = ["rev-list", $"--max-count={limit}", "--first-parent", commit, "--"];
        if (subfolder.Length > 0)
            arguments.Add($":(literal){subfolder}");
        var result = await NeedAsync(InFolder([.. arguments]), cancellationToken);
        return [.. result.Text.Split('\n').Where(IsHash)];
    }

    /// <summary>Files, links and submodules of a folder at a commit, in git's order.</summary>
    public async Task<IReadOnlyList<GitTreeEntry>> ListTreeAsync(string commit, string subfolder, CancellationToken cancellationToken)
    {
        var result = await NeedAsync(InFolder("ls-tree", "-r", "-z", "--long", "--full-tree", $"{commit}:{subfolder}"), cancellationToken);
        return [.. result.Pieces.Select(GitTreeEntry.Parse)];
    }

    /// <summary>Addresses of a commit's submodules by their paths.</summary>
    public async Task<IReadOnlyDictionary<string, string>> SubmodulesAsync(string commit, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(InFolder("config", "-z", "--blob", $"{commit}:.gitmodules", "--get-regexp", @"^submodule\..*\.(path|url)$"), cancellationToken);
        return GitSubmodules.Parse(result.Succeeded ? result.Pieces : []);
    }

    /// <summary>Opens the objects for reading while <paramref name="read"/> runs.</summary>
    public async Task ReadObjectsAsync(Func<GitObjectReader, CancellationToken, Task> read, CancellationToken cancellationToken) =>
        await git.TalkAsync(InFolder("cat-file", "--batch"), async (questions, answers, token) =>
        {
            await using var buffered = new BufferedStream(answers, 81920);
            await read(new(questions, buffered), token);
        }, cancellationToken);

    public void Dispose() => _fetching.Dispose();

    /// <summary>The hash of a commit can be told from a name.</summary>
    public static bool IsHash(string text) => Hash().IsMatch(text);

    private async Task<bool> HasAsync(string commit, CancellationToken cancellationToken) =>
        (await git.RunAsync(InFolder("cat-file", "-e", commit + "^{commit}"), cancellationToken)).Succeeded;

    private async Task FetchAsync(IReadOnlyList<string> arguments, GitRemote remote, CancellationToken cancellationToken)
    {
        using var tooBig = new CancellationTokenSource();
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooBig.Token);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        var watching = WatchSizeAsync(timer, tooBig);
        try
        {
            string[] command = ["fetch", "--quiet", "--force", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--update-shallow", .. arguments];
            await NeedAsync(InFolder(command), remote, linked.Token);
            if (SizeOnDisk() > options.MaxRepositoryBytes)
                throw TooBig();
        }
        catch (OperationCanceledException) when (tooBig.IsCancellationRequested)
        {
            throw TooBig();
        }
        finally
        {
            timer.Dispose();
            await watching;
        }
    }

    private SourceException TooBig() => new($"The repository '{address}' takes more than {options.MaxRepositoryBytes >> 20} MiB.");

    private async Task WatchSizeAsync(PeriodicTimer timer, CancellationTokenSource tooBig)
    {
        while (await timer.WaitForNextTickAsync())
            if (SizeOnDisk() > options.MaxRepositoryBytes)
                await tooBig.CancelAsync();
    }

    private long SizeOnDisk()
    {
        try
        {
            return new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        }
        catch (IOException)
        {
            return 0; // git moved a file meanwhile: look again a second later
        }
    }

    private string[] InFolder(params string[] arguments) => ["--git-dir=" + Folder, .. arguments];

    private Task<GitResult> NeedAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken) => NeedAsync(arguments, null, cancellationToken);

    private async Task<GitResult> NeedAsync(IReadOnlyList<string> arguments, GitRemote? remote, CancellationToken cancellationToken)
    {
        var result = await git.RunAsync(arguments, remote, cancellationToken);
        return result.Succeeded ? result : throw Unreadable(result);
    }

    private SourceException Unreadable(GitResult result) => new(
        result.Complaint.Contains("could not read Username", StringComparison.Ordinal) || result.Complaint.Contains("Authentication failed", StringComparison.Ordinal)
            ? $"The git repository '{address}' asks for a login, or isn't there: check the address, and store a credential of its host (twin credential set) if it is private."
            : $"The git repository '{address}' can't be read: {result.Complaint}.");

    [GeneratedRegex("^([0-9a-f]{40}|[0-9a-f]{64})$")]
    private static partial Regex Hash();
}

/// <param name="Name">As the author wrote it, a leading <c>v</c> included; null: no tag, the commit alone.</param>
internal sealed record GitTag(string? Name, string Commit);

/// <param name="Mode"><c>100644</c>, <c>100755</c>, <c>120000</c> (link) or <c>160000</c> (submodule).</param>
/// <param name="Size">Bytes; 0 for a submodule.</param>
internal sealed record GitTreeEntry(string Mode, string Hash, long Size, string Path)
{
    /// <summary>Reads <c>mode type hash size TAB path</c>.</summary>
    public static GitTreeEntry Parse(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var fields = line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new(fields[0], fields[2], long.TryParse(fields[3], out var size) ? size : 0, line[(tab + 1)..]);
    }
}

namespace Twinrunner.Registry.GitHub;

/// <summary>
/// Looks at a repository: one request each for itself, its branches, each hundred tags and each hundred releases. All are conditional,
/// and what hasn't changed costs nothing of a token's limit (without a token it does, and with an App's once an hour: GitHub's
/// ETags belong to the token).
/// </summary>
public sealed class GitHubLook
{
    /// <summary>2,000 tags, 2,000 releases.</summary>
    private const int MaxPages = 20;

    private readonly GitHubClient _client;
    private readonly GitHubAccess _access;
    private readonly GitHubQuotas _quotas;

    internal GitHubLook(GitHubClient client, GitHubAccess access, GitHubQuotas quotas)
    {
        (_client, _access, _quotas) = (client, access, quotas);
    }

    /// <param name="watched">Branches to look at beside the default one.</param>
    /// <param name="before">What the last look saw; null: this is the first.</param>
    public async Task<GitHubAnswer> LookAsync(
        GitHubRepository repository, IReadOnlyCollection<string> watched, GitHubSeen? before, CancellationToken cancellationToken)
    {
        var (identity, refused) = await _access.FindAsync(repository, cancellationToken);
        if (identity is null)
            return refused!;
        var points = before is null || identity.IsAnonymous ? 4 + watched.Count : 1;
        if (await _quotas.For(repository.Host, identity).AdmitAsync(points, cancellationToken) is { } later)
            return later;
        var pass = new Pass(_client, identity, watched, before);
        if (await pass.SeeAsync(repository, cancellationToken) is not { } now)
        {
            if (pass.Failure is GitHubAnswer.Refused)
                _access.Forget(identity);
            return pass.Failure!;
        }
        if (before is not null && before.RepositoryId != now.RepositoryId)
            return new GitHubAnswer.Refused($"{repository} is another repository than before: it was deleted and made anew, or somebody else took its name. If that is right, remove the component and add it again.");
        if (pass.Address != repository)
            return new GitHubAnswer.Moved(pass.Address, now);
        return before?.SameAs(now) == true && !now.Truncated ? new GitHubAnswer.Unchanged(now) : new GitHubAnswer.Seen(now);
    }

    /// <summary>The requests of one look. Each method returns null when it fails, and <see cref="Failure"/> says how.</summary>
    private sealed class Pass(GitHubClient client, GitHubIdentity identity, IReadOnlyCollection<string> watched, GitHubSeen? before)
    {
        public GitHubAnswer? Failure { get; private set; }

        public GitHubRepository Address { get; private set; } = null!;

        public async Task<GitHubSeen?> SeeAsync(GitHubRepository repository, CancellationToken cancellationToken)
        {
            Address = repository;
            if (await SeeRepositoryAsync(cancellationToken) is not { } now
                || await SeeBranchesAsync([now.DefaultBranch, .. watched.Where(branch => branch != now.DefaultBranch)], cancellationToken) is not { } branches
                || await SeeTagsAsync(cancellationToken) is not { } tags
                || await SeeReleasesAsync(cancellationToken) is not { } releases)
                return null;
            return now with
            {
                Branches = branches,
                TagPages = tags,
                ReleasePages = releases,
                Truncated = tags is { Count: MaxPages } && tags[^1].IsFull,
            };
        }

        private async Task<GitHubSeen?> SeeRepositoryAsync(CancellationToken cancellationToken)
        {
            var reply = await client.RepositoryAsync(Address, identity, before?.Stamp, cancellationToken);
            if (reply.Failure is not null)
                return Fail<GitHubSeen>(reply.Failure);
            var now = reply.HasValue ? Read(reply.Value, reply.Stamp) : before!;
            if (!GitHubRepository.TryParseFullName(Address.Host, now.FullName, out var address))
                return Fail<GitHubSeen>(new GitHubAnswer.Refused($"{Address.Host} names {Address} '{now.FullName}', which is no name of a repository."));
            Address = address;
            return now;
        }

        private async Task<List<GitHubBranch>?> SeeBranchesAsync(IEnumerable<string> names, CancellationToken cancellationToken)
        {
            List<GitHubBranch> branches = [];
            foreach (var name in names)
            {
                var known = before?.Branches.FirstOrDefault(branch => branch.Name == name);
                var reply = await client.BranchAsync(Address, name, identity, known?.Stamp, cancellationToken);
                if (reply.HasValue)
                    branches.Add(new(name, reply.Value.Object.Sha, reply.Stamp));
                else if (reply.IsUnchanged)
                    branches.Add(known!);
                else if (reply.Failure is not GitHubAnswer.Gone) // an empty repository has none, and a watched one may be deleted
                    return Fail<List<GitHubBranch>>(reply.Failure!);
            }
            return branches;
        }

        private Task<List<GitHubPage<GitHubTag>>?> SeeTagsAsync(CancellationToken cancellationToken) => SeePagesAsync(
            before?.TagPages ?? [],
            (page, stamp) => client.TagsAsync(Address, page, identity, stamp, cancellationToken),
            records => records.Select(tag => new GitHubTag(tag.Name, tag.Commit.Sha)));

        private Task<List<GitHubPage<GitHubRelease>>?> SeeReleasesAsync(CancellationToken cancellationToken) => SeePagesAsync(
            before?.ReleasePages ?? [],
            (page, stamp) => client.ReleasesAsync(Address, page, identity, stamp, cancellationToken),
            // Drafts are shown to tokens that may write; to everybody else they aren't there yet.
            records => from release in records
                       where !release.Draft
                       select new GitHubRelease(release.TagName, release.Name, release.Prerelease, release.PublishedAt, release.HtmlUrl));

        private async Task<List<GitHubPage<TItem>>?> SeePagesAsync<TRecord, TItem>(
            IReadOnlyList<GitHubPage<TItem>> known,
            Func<int, GitHubStamp?, Task<GitHubReply<IReadOnlyList<TRecord>>>> requestAsync,
            Func<IReadOnlyList<TRecord>, IEnumerable<TItem>> read)
        {
            List<GitHubPage<TItem>> pages = [];
            while (pages.Count < MaxPages)
            {
                var knownPage = pages.Count < known.Count ? known[pages.Count] : null;
                var reply = await requestAsync(pages.Count + 1, knownPage?.Stamp);
                if (reply.Failure is not null)
                    return Fail<List<GitHubPage<TItem>>>(reply.Failure);
                var page = reply.HasValue
                    ? new([.. read(reply.Value)], reply.Value.Count >= GitHubClient.PageSize, reply.Stamp)
                    : knownPage!;
                pages.Add(page);
                // A page that hasn't changed may not say that another one has come up behind it, if it was full already.
                if (!(reply.HasNext ?? page.IsFull))
                    break;
            }
            return pages;
        }

        private static GitHubSeen Read(RepositoryRecord repository, GitHubStamp stamp) => new()
        {
            RepositoryId = repository.Id,
            FullName = repository.FullName,
            Description = repository.Description,
            License = repository.License?.SpdxId is { } license and not "NOASSERTION" ? license : null,
            Topics = repository.Topics ?? [],
            DefaultBranch = repository.DefaultBranch,
            Stamp = stamp,
        };

        private T? Fail<T>(GitHubAnswer failure) where T : class
        {
            Failure = failure;
            return null;
        }
    }
}

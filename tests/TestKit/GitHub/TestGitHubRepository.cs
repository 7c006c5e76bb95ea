using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.TestKit.GitHub;

/// <summary>A repository that a test changes as people do.</summary>
public sealed class TestGitHubRepository(long id, string owner, string name)
{
    public long Id => id;
    public string Owner { get; set; } = owner;
    public string Name { get; set; } = name;
    public string FullName => $"{Owner}/{Name}";
    public string? Description { get; set; }

    /// <summary>SPDX identifier; <c>NOASSERTION</c> for a text that isn't recognised; null: there is no licence file.</summary>
    public string? License { get; set; }

    public IReadOnlyList<string> Topics { get; set; } = [];
    public string DefaultBranch { get; set; } = "main";
    public bool IsPrivate { get; set; }

    /// <summary>Changes with everything and means nothing to a component.</summary>
    public int Stars { get; set; }

    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>Name → commit.</summary>
    public ConcurrentDictionary<string, string> Branches { get; } = new();

    /// <summary>Name → commit.</summary>
    public ConcurrentDictionary<string, string> Tags { get; } = new();

    /// <summary>The newest last.</summary>
    public ConcurrentQueue<TestGitHubRelease> Releases { get; } = new();

    /// <summary>Forty digits that are always the same for the same text.</summary>
    public static string Commit(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];
}

public sealed record TestGitHubRelease(string Tag, string? Title, DateTimeOffset? PublishedAt, bool IsPrerelease = false, bool IsDraft = false);

/// <summary>All repositories, by the names that they have and had.</summary>
public sealed class TestGitHubRepositories
{
    private readonly ConcurrentDictionary<long, TestGitHubRepository> _all = new();
    private readonly ConcurrentDictionary<string, long> _earlierNames = new(StringComparer.OrdinalIgnoreCase);

    public TestGitHubRepository Add(TestGitHubRepository repository) => _all[repository.Id] = repository;

    public void Delete(TestGitHubRepository repository) => _all.TryRemove(repository.Id, out _);

    /// <summary>Renames it, or gives it to somebody else. Its old address redirects until another repository takes it.</summary>
    public void Move(TestGitHubRepository repository, string owner, string name)
    {
        _earlierNames[repository.FullName] = repository.Id;
        (repository.Owner, repository.Name) = (owner, name);
    }

    internal TestGitHubRepository? Find(long id) => _all.GetValueOrDefault(id);

    internal TestGitHubRepository? Find(string owner, string name) =>
        _all.Values.FirstOrDefault(repository => repository.FullName.Equals($"{owner}/{name}", StringComparison.OrdinalIgnoreCase))
        ?? (_earlierNames.TryGetValue($"{owner}/{name}", out var id) ? Find(id) : null);
}

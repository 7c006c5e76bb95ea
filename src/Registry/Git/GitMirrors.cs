using System.Collections.Concurrent;

namespace Twinrunner.Registry.Git;

/// <summary>One copy a repository in this process, so that two requests for it fetch one after the other.</summary>
internal sealed class GitMirrors(GitCommand git, GitRemotes remotes, GitRedirects redirects, RegistryOptions options, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, GitMirror> _mirrors = new(StringComparer.Ordinal);

    public GitMirror Of(string address) => _mirrors.GetOrAdd(address, key => new(key, git, remotes, redirects, options, time));

    public void Dispose()
    {
        foreach (var mirror in _mirrors.Values)
            mirror.Dispose();
    }
}

using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Git;

/// <summary>Where the submodules of a commit come from, by their paths: what its <c>.gitmodules</c> says.</summary>
internal static class GitSubmodules
{
    /// <param name="listed">What <c>git config --get-regexp -z</c> prints of the keys path and url: <c>key LF value NUL</c>.</param>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> listed)
    {
        Dictionary<string, string> paths = [], urls = [];
        foreach (var entry in listed)
        {
            var end = entry.IndexOf('\n', StringComparison.Ordinal);
            if (end < 0)
                continue;
            var (key, value) = (entry[..end], entry[(end + 1)..]);
            var name = key[..key.LastIndexOf('.')];
            (key.EndsWith(".path", StringComparison.Ordinal) ? paths : urls)[name] = value;
        }
        return paths.Where(path => urls.ContainsKey(path.Key)).GroupBy(path => path.Value).ToDictionary(path => path.Key, path => urls[path.First().Key]);
    }

    /// <summary>The address of a submodule as a URL; null: it has none that a repository elsewhere may name, such as a path of this machine.</summary>
    /// <param name="parent">Address of the repository whose submodule it is, which a relative one (<c>../other.git</c>) goes out from.</param>
    public static string? Resolve(string parent, string url)
    {
        if (url.StartsWith("./", StringComparison.Ordinal) || url.StartsWith("../", StringComparison.Ordinal))
        {
            var place = parent.TrimEnd('/');
            var separator = '/';
            for (; url.Length > 0; url = url[(url.IndexOf('/', StringComparison.Ordinal) + 1)..])
            {
                if (url.StartsWith("../", StringComparison.Ordinal))
                {
                    var cut = place.LastIndexOfAny(['/', ':']);
                    if (cut < 0)
                        return null;
                    (separator, place) = (place[cut], place[..cut]);
                }
                else if (!url.StartsWith("./", StringComparison.Ordinal))
                {
                    break;
                }
            }
            url = place + separator + url;
        }
        return Path.IsPathFullyQualified(url) || url.StartsWith("file:", StringComparison.Ordinal) || SourceAddress.Fault(url) is not null ? null : url;
    }
}

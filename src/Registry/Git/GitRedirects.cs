using Twinrunner.Registry.Hosts;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Git;

/// <summary>
/// Where a repository's http address redirects to. git itself follows none: it would go wherever it is sent, also into the server's own
/// network. Some hosts redirect an address without <c>.git</c>, or that of a renamed repository.
/// </summary>
internal sealed class GitRedirects(CheckedHttp http)
{
    private const string References = "/info/refs";

    /// <summary>git's complaint is that it was redirected.</summary>
    public static bool IsMeant(GitResult result) => !result.Succeeded && result.Complaint.Contains("returned error: 30", StringComparison.Ordinal);

    /// <exception cref="SourceException">It leads to no repository, or where the server may not go.</exception>
    public async Task<string> FollowAsync(string address, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync(new Uri($"{address}{References}?service=git-upload-pack"), cancellationToken);
        var end = response.RequestMessage!.RequestUri!;
        return end.AbsolutePath.EndsWith(References, StringComparison.Ordinal)
            ? end.GetLeftPart(UriPartial.Path)[..^References.Length]
            : throw new SourceException($"'{address}' redirects to '{end.GetLeftPart(UriPartial.Path)}', which is no repository: is the address right, and does a private repository have its credential (twin credential set)?");
    }
}

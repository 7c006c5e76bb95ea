using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>How an image registry wants to be logged in to: the <c>WWW-Authenticate</c> of its 401 (RFC 7235, and distribution's token specification).</summary>
internal abstract partial record Challenge
{
    private Challenge()
    {
    }

    /// <param name="Realm">Where tokens are to be had.</param>
    public sealed record Bearer(Uri Realm, string? Service) : Challenge;

    public sealed record Basic : Challenge;

    /// <summary>The one that can be answered, tokens before passwords; null: none can.</summary>
    public static Challenge? Find(IEnumerable<AuthenticationHeaderValue> headers)
    {
        Challenge? found = null;
        foreach (var header in headers)
        {
            if (header.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                found ??= new Basic();
            if (!header.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase) || header.Parameter is not { Length: <= 4096 } text)
                continue;
            var parameters = Parameter().Matches(text).ToLookup(match => match.Groups["name"].Value, Value, StringComparer.OrdinalIgnoreCase);
            if (Uri.TryCreate(parameters["realm"].FirstOrDefault(), UriKind.Absolute, out var realm) && realm.Scheme is "https" or "http")
                return new Bearer(realm!, parameters["service"].FirstOrDefault());
        }
        return found;
    }

    private static string Value(Match match) =>
        match.Groups["quoted"] is { Success: true } quoted ? Escaped().Replace(quoted.Value, "$1") : match.Groups["plain"].Value;

    [GeneratedRegex("""(?<name>[A-Za-z0-9_-]+)\s*=\s*("(?<quoted>([^"\\]|\\.)*)"|(?<plain>[^\s",]+))""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}

using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Twinrunner.Registry.GitHub;

/// <summary>What a refusal of GitHub means, and what to do about it.</summary>
internal static class GitHubRefusals
{
    public static GitHubAnswer Of(GitHubCall call, GitHubQuota quota, HttpResponseMessage response, byte[] body)
    {
        var message = MessageOf(body);
        if (IsLimit(response, message))
            return quota.Block(RetryAfter(response));
        var login = $"twin credential set github {call.Host}";
        return response.StatusCode switch
        {
            // 409: the repository is empty; 410: what was asked for is switched off or was deleted for good.
            HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.Gone => new GitHubAnswer.Gone(
                $"{call.Host} has nothing at {call.Uri.AbsolutePath}, or doesn't show it to '{call.Identity.Name}'.{(call.Identity.Hint is { } hint ? $" {hint}: {login}." : "")}"),
            HttpStatusCode.Unauthorized => new GitHubAnswer.Refused(
                $"{call.Host} doesn't accept '{call.Identity.Name}' ({message}): it expired, was revoked or is another host's. Store a new one: {login}."),
            HttpStatusCode.Forbidden when response.Headers.TryGetValues("X-GitHub-SSO", out _) => new GitHubAnswer.Refused(
                $"The organisation wants single sign-on, for which '{call.Identity.Name}' isn't authorised: authorise the token in GitHub's settings (Configure SSO), or use a GitHub App."),
            HttpStatusCode.Forbidden => new GitHubAnswer.Refused(
                $"'{call.Identity.Name}' may not read {call.Uri.AbsolutePath} ({message}): give it the repository permissions Metadata and Contents (read), or store another: {login}."),
            HttpStatusCode.UnavailableForLegalReasons => new GitHubAnswer.Refused($"{call.Host} has blocked the repository for legal reasons ({message})."),
            _ => new GitHubAnswer.Refused($"{call.Host} answers {(int)response.StatusCode} at {call.Uri.AbsolutePath}: {message}."),
        };
    }

    public static GitHubAnswer.Refused Redirect(GitHubCall call, Uri? target) => new(
        target is null || target.Authority == call.Uri.Authority
            ? $"{call.Host} redirects {call.Uri.AbsolutePath} in circles."
            : $"{call.Host} redirects to {target.Authority}, where no token is sent: check the API's address (setting githubHosts).");

    /// <summary>403 and 429 both mean limits, and 403 also means other things ("Troubleshooting the REST API").</summary>
    private static bool IsLimit(HttpResponseMessage response, string message) =>
        response.StatusCode == HttpStatusCode.TooManyRequests
        || (response.StatusCode == HttpStatusCode.Forbidden
            && (response.Headers.RetryAfter is not null
                || (response.Headers.TryGetValues("X-RateLimit-Remaining", out var left) && left.First() == "0")
                || message.Contains("rate limit", StringComparison.OrdinalIgnoreCase)));

    private static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Retry-After", out var values)
        && int.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static string MessageOf(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, GitHubJson.Default.ErrorRecord)?.Message is { Length: > 0 } message
                ? string.Concat(message.Take(300).Where(c => !char.IsControl(c))).TrimEnd('.')
                : "no reason given";
        }
        catch (JsonException)
        {
            return "no reason given";
        }
    }
}

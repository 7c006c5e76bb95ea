using System.Text.Json.Nodes;

namespace Twinrunner.TestKit.GitHub;

/// <summary>An answer before limits and ETags have their say.</summary>
public sealed record TestGitHubAnswer(int Status, JsonNode? Body)
{
    public Dictionary<string, string> Headers { get; init; } = [];

    public static TestGitHubAnswer NotFound => Error(404, "Not Found");

    public static TestGitHubAnswer Ok(JsonNode body) => new(200, body);

    public static TestGitHubAnswer Error(int status, string message) => new(status, new JsonObject
    {
        ["message"] = message,
        ["documentation_url"] = "https://docs.github.com/rest",
        ["status"] = $"{status}",
    });

    public static TestGitHubAnswer Moved(string url) => new(301, new JsonObject
    {
        ["message"] = "Moved Permanently",
        ["url"] = url,
        ["documentation_url"] = "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects",
    })
    { Headers = new() { ["Location"] = url } };

    /// <summary>A fine-grained token without the permission.</summary>
    public static TestGitHubAnswer NoPermission => Error(403, "Resource not accessible by personal access token");

    /// <summary>A token that its owner hasn't authorised for an organisation with single sign-on.</summary>
    public static TestGitHubAnswer NeedsSignOn =>
        Error(403, "Resource protected by organization SAML enforcement. You must grant your Personal Access token access to this organization.") with
        {
            Headers = new() { ["X-GitHub-SSO"] = "required; url=https://github.com/orgs/octo-org/sso?authorization_request=AZSCKtL4U8yX1H3sCQIVnVgmjmon5fWxks5YrqhJ" },
        };
}

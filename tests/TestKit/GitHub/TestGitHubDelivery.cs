using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Twinrunner.TestKit.GitHub;

/// <summary>A webhook's delivery as GitHub sends it (docs.github.com/webhooks). The same object may be sent several times, as "Redeliver" does.</summary>
public sealed record TestGitHubDelivery(string Event, JsonObject Body)
{
    private static readonly Uri Api = new("https://api.github.com/");

    public string Id { get; init; } = Guid.NewGuid().ToString();

    public static TestGitHubDelivery Push(TestGitHubRepository repository, string reference, string commit) => new("push", new()
    {
        ["ref"] = reference,
        ["before"] = new string('0', 40),
        ["after"] = commit,
        ["base_ref"] = null,
        ["created"] = true,
        ["deleted"] = false,
        ["forced"] = false,
        ["compare"] = $"https://github.com/{repository.FullName}/compare/{reference}",
        ["commits"] = new JsonArray(),
        ["head_commit"] = null,
        ["pusher"] = new JsonObject { ["name"] = "octocat", ["email"] = null },
        ["repository"] = Of(repository),
        ["sender"] = Sender(),
    });

    /// <param name="name">create, delete, release, registry_package, repository.</param>
    /// <param name="action">Null: the event has none.</param>
    public static TestGitHubDelivery About(string name, TestGitHubRepository repository, string? action, JsonObject? changes = null)
    {
        var body = new JsonObject { ["repository"] = Of(repository), ["sender"] = Sender() };
        if (action is not null)
            body["action"] = action;
        if (changes is not null)
            body["changes"] = changes;
        return new(name, body);
    }

    public static TestGitHubDelivery Ping { get; } = new("ping", new()
    {
        ["zen"] = "Anything added dilutes everything else.",
        ["hook_id"] = 1,
        ["hook"] = new JsonObject { ["type"] = "Organization", ["id"] = 1, ["active"] = true, ["events"] = new JsonArray("push") },
        ["sender"] = Sender(),
    });

    /// <summary>The request for an address, signed.</summary>
    public HttpRequestMessage Request(Uri address, string secret)
    {
        var body = Encoding.UTF8.GetBytes(Body.ToJsonString());
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
        return new(HttpMethod.Post, address)
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } },
            Headers =
            {
                { "User-Agent", "GitHub-Hookshot/044aadd" },
                { "X-GitHub-Hook-ID", "292430182" },
                { "X-GitHub-Event", Event },
                { "X-GitHub-Delivery", Id },
                { "X-GitHub-Hook-Installation-Target-Type", "repository" },
                { "X-Hub-Signature-256", $"sha256={signature}" },
            },
        };
    }

    private static JsonObject Of(TestGitHubRepository repository)
    {
        var written = TestGitHubJson.Repository(repository, "github.com", Api);
        written["html_url"] = $"https://github.com/{repository.FullName}";
        return written;
    }

    private static JsonObject Sender() => new() { ["login"] = "octocat", ["id"] = 1, ["type"] = "User" };
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace Twinrunner.TestKit.GitHub;

/// <summary>Answers with the fields, types and nulls of docs.github.com/rest. Lists of links to further resources are left out.</summary>
internal static class TestGitHubJson
{
    public static JsonObject Repository(TestGitHubRepository repository, string host, Uri api)
    {
        var web = $"http://{host}/{repository.FullName}";
        return new()
        {
            ["id"] = repository.Id,
            ["node_id"] = Node("R", repository.Id),
            ["name"] = repository.Name,
            ["full_name"] = repository.FullName,
            ["private"] = repository.IsPrivate,
            ["owner"] = Owner(repository.Owner, host, api),
            ["html_url"] = web,
            ["description"] = repository.Description,
            ["fork"] = false,
            ["url"] = $"{api}repos/{repository.FullName}",
            ["tags_url"] = $"{api}repos/{repository.FullName}/tags",
            ["releases_url"] = $"{api}repos/{repository.FullName}/releases{{/id}}",
            ["git_refs_url"] = $"{api}repos/{repository.FullName}/git/refs{{/sha}}",
            ["created_at"] = "2011-01-26T19:01:12Z",
            ["updated_at"] = Text(repository.UpdatedAt),
            ["pushed_at"] = Text(repository.UpdatedAt),
            ["git_url"] = $"git://{host}/{repository.FullName}.git",
            ["ssh_url"] = $"git@{host}:{repository.FullName}.git",
            ["clone_url"] = $"{web}.git",
            ["svn_url"] = web,
            ["homepage"] = null,
            ["size"] = 108,
            ["stargazers_count"] = repository.Stars,
            ["watchers_count"] = repository.Stars,
            ["language"] = null,
            ["has_issues"] = true,
            ["has_projects"] = true,
            ["has_downloads"] = true,
            ["has_wiki"] = true,
            ["has_pages"] = false,
            ["has_discussions"] = false,
            ["forks_count"] = 0,
            ["mirror_url"] = null,
            ["archived"] = false,
            ["disabled"] = false,
            ["open_issues_count"] = 0,
            ["license"] = License(repository.License, api),
            ["allow_forking"] = true,
            ["is_template"] = false,
            ["web_commit_signoff_required"] = false,
            ["topics"] = new JsonArray([.. repository.Topics.Select(topic => (JsonNode)topic)]),
            ["visibility"] = repository.IsPrivate ? "private" : "public",
            ["forks"] = 0,
            ["open_issues"] = 0,
            ["watchers"] = repository.Stars,
            ["default_branch"] = repository.DefaultBranch,
            ["permissions"] = new JsonObject { ["admin"] = false, ["maintain"] = false, ["push"] = false, ["triage"] = false, ["pull"] = true },
            ["temp_clone_token"] = null,
            ["network_count"] = 0,
            ["subscribers_count"] = 0,
        };
    }

    /// <param name="commit">Also of an annotated tag.</param>
    public static JsonObject Tag(TestGitHubRepository repository, string name, string commit, Uri api) => new()
    {
        ["name"] = name,
        ["zipball_url"] = $"{api}repos/{repository.FullName}/zipball/refs/tags/{name}",
        ["tarball_url"] = $"{api}repos/{repository.FullName}/tarball/refs/tags/{name}",
        ["commit"] = new JsonObject { ["sha"] = commit, ["url"] = $"{api}repos/{repository.FullName}/commits/{commit}" },
        ["node_id"] = Node("REF", repository.Id),
    };

    public static JsonObject Ref(TestGitHubRepository repository, string name, string commit, Uri api) => new()
    {
        ["ref"] = name,
        ["node_id"] = Node("REF", repository.Id),
        ["url"] = $"{api}repos/{repository.FullName}/git/{name}",
        ["object"] = new JsonObject { ["sha"] = commit, ["type"] = "commit", ["url"] = $"{api}repos/{repository.FullName}/git/commits/{commit}" },
    };

    public static JsonObject Release(TestGitHubRepository repository, TestGitHubRelease release, string host, Uri api) => new()
    {
        ["url"] = $"{api}repos/{repository.FullName}/releases/1",
        ["assets_url"] = $"{api}repos/{repository.FullName}/releases/1/assets",
        ["upload_url"] = $"{api}repos/{repository.FullName}/releases/1/assets{{?name,label}}",
        ["html_url"] = $"http://{host}/{repository.FullName}/releases/tag/{release.Tag}",
        ["id"] = 1,
        ["author"] = Owner(repository.Owner, host, api),
        ["node_id"] = Node("RE", repository.Id),
        ["tag_name"] = release.Tag,
        ["target_commitish"] = repository.DefaultBranch,
        ["name"] = release.Title,
        ["draft"] = release.IsDraft,
        ["immutable"] = false,
        ["prerelease"] = release.IsPrerelease,
        ["created_at"] = Text(release.PublishedAt ?? repository.UpdatedAt),
        ["updated_at"] = Text(release.PublishedAt ?? repository.UpdatedAt),
        ["published_at"] = release.PublishedAt is { } at ? Text(at) : null,
        ["assets"] = new JsonArray(),
        ["tarball_url"] = $"{api}repos/{repository.FullName}/tarball/{release.Tag}",
        ["zipball_url"] = $"{api}repos/{repository.FullName}/zipball/{release.Tag}",
        ["body"] = null,
    };

    public static JsonObject RateLimit(TestGitHubLimit limit, DateTimeOffset now)
    {
        JsonObject Core() => new()
        {
            ["limit"] = limit.Limit,
            ["used"] = limit.Used(now),
            ["remaining"] = limit.Remaining(now),
            ["reset"] = limit.ResetsAt(now).ToUnixTimeSeconds(),
        };
        return new() { ["resources"] = new JsonObject { ["core"] = Core() }, ["rate"] = Core() };
    }

    public static JsonObject App(TestGitHubApp app) => new()
    {
        ["id"] = app.Id,
        ["slug"] = $"app-{app.Id}",
        ["node_id"] = Node("A", app.Id),
        ["name"] = $"App {app.Id}",
        ["description"] = null,
        ["external_url"] = "https://example.org",
        ["permissions"] = new JsonObject { ["contents"] = "read", ["metadata"] = "read" },
        ["events"] = new JsonArray("push", "create", "release"),
        ["installations_count"] = app.Installations.Count,
    };

    public static JsonObject Installation(TestGitHubInstallation installation, TestGitHubApp app) => new()
    {
        ["id"] = installation.Id,
        ["account"] = new JsonObject { ["login"] = installation.Owner, ["id"] = 1, ["type"] = "Organization" },
        ["repository_selection"] = "all",
        ["app_id"] = app.Id,
        ["app_slug"] = $"app-{app.Id}",
        ["target_id"] = 1,
        ["target_type"] = "Organization",
        ["permissions"] = new JsonObject { ["contents"] = "read", ["metadata"] = "read" },
        ["events"] = new JsonArray("push", "create", "release"),
        ["single_file_name"] = null,
        ["suspended_at"] = null,
        ["suspended_by"] = null,
    };

    public static JsonObject InstallationToken(string token, DateTimeOffset expiresAt) => new()
    {
        ["token"] = token,
        ["expires_at"] = Text(expiresAt),
        ["permissions"] = new JsonObject { ["contents"] = "read", ["metadata"] = "read" },
        ["repository_selection"] = "all",
    };

    private static JsonObject Owner(string login, string host, Uri api) => new()
    {
        ["login"] = login,
        ["id"] = 1,
        ["node_id"] = Node("U", 1),
        ["avatar_url"] = $"http://{host}/avatars/u/1",
        ["gravatar_id"] = "",
        ["url"] = $"{api}users/{login}",
        ["html_url"] = $"http://{host}/{login}",
        ["type"] = "Organization",
        ["user_view_type"] = "public",
        ["site_admin"] = false,
    };

    private static JsonObject? License(string? spdx, Uri api) => spdx is null ? null : new()
    {
        ["key"] = spdx == "NOASSERTION" ? "other" : spdx.ToLowerInvariant(),
        ["name"] = spdx == "NOASSERTION" ? "Other" : spdx,
        ["spdx_id"] = spdx,
        ["url"] = spdx == "NOASSERTION" ? null : $"{api}licenses/{spdx.ToLowerInvariant()}",
        ["node_id"] = Node("L", 1),
    };

    private static string Node(string kind, long id) => $"{kind}_kgDO{id:x8}";

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}

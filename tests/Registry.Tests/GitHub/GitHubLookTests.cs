using System.Text.Json;
using Twinrunner.Registry.GitHub;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Registry.Tests.GitHub;

public sealed class GitHubLookTests
{
    [Fact]
    public async Task A_look_sees_all_that_a_component_needs()
    {
        await using var rig = await GitHubRig.StartAsync();
        var tool = rig.Host.AddRepository("octo", "Tool");
        (tool.Description, tool.License, tool.Topics) = ("Counts things", "MIT", ["odtp", "mobility"]);
        tool.Tags["v1.0.0"] = TestGitHubRepository.Commit("one");
        tool.Branches["next/big"] = TestGitHubRepository.Commit("next");
        tool.Releases.Enqueue(new("v1.0.0", "First", new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        tool.Releases.Enqueue(new("v2.0.0", null, null, IsDraft: true));

        var seen = await rig.SeeAsync("octo/tool", null, "next/big", "absent");

        Assert.Equal(("octo/Tool", "Counts things", "MIT", "main"), (seen.FullName, seen.Description, seen.License, seen.DefaultBranch));
        Assert.False(seen.Truncated);
        Assert.Equal(["odtp", "mobility"], seen.Topics);
        Assert.Equal(new GitHubTag("v1.0.0", TestGitHubRepository.Commit("one")), Assert.Single(seen.Tags));
        Assert.Equal([("main", TestGitHubRepository.Commit("octo/Tool")), ("next/big", TestGitHubRepository.Commit("next"))], seen.Branches.Select(branch => (branch.Name, branch.Commit)));
        Assert.Equal(("v1.0.0", "First"), (Assert.Single(seen.Releases).Tag, Assert.Single(seen.Releases).Title));
    }

    [Fact]
    public async Task Two_hundred_unchanged_repositories_spend_nothing()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        List<GitHubSeen> seen = [];
        for (var i = 0; i < 200; i++)
        {
            rig.Host.AddRepository("octo", $"tool{i}").Tags["v1"] = TestGitHubRepository.Commit($"{i}");
            seen.Add(Stored(await rig.SeeAsync($"octo/tool{i}")));
        }
        var spent = rig.Host.Spent(GitHubRig.PersonalToken);

        for (var i = 0; i < 200; i++)
            Assert.IsType<GitHubAnswer.Unchanged>(await rig.LookAsync($"octo/tool{i}", seen[i]));

        Assert.Equal(spent, rig.Host.Spent(GitHubRig.PersonalToken));
        Assert.Equal(800, rig.Host.Requests.Count(request => request.Status == 304));
    }

    [Fact]
    public async Task What_has_no_ETag_is_asked_for_by_its_date()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.SendsETags = false;
        rig.Host.AddRepository("octo", "tool");
        var first = await rig.SeeAsync("octo/tool");

        Assert.IsType<GitHubAnswer.Unchanged>(await rig.LookAsync("octo/tool", Stored(first)));

        Assert.Equal("/api/v3/repos/octo/tool", Assert.Single(rig.Host.Requests, request => request.Status == 304).Path);
    }

    [Fact]
    public async Task Stars_change_nothing_and_are_asked_about_once()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        var first = await rig.SeeAsync("octo/tool");
        tool.Stars = 4_711;

        var second = Assert.IsType<GitHubAnswer.Unchanged>(await rig.LookAsync("octo/tool", first)).Now;
        var spent = rig.Host.Spent(GitHubRig.PersonalToken);
        await rig.LookAsync("octo/tool", second);

        Assert.Equal(spent, rig.Host.Spent(GitHubRig.PersonalToken));
    }

    [Fact]
    public async Task A_new_a_moved_and_a_deleted_tag_are_seen_and_cost_one_request()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        (tool.Tags["v1"], tool.Tags["v2"]) = ("1", "2");
        var first = await rig.SeeAsync("octo/tool");
        var spent = rig.Host.Spent(GitHubRig.PersonalToken);
        (tool.Tags["v2"], tool.Tags["v3"]) = ("two", "3");
        tool.Tags.TryRemove("v1", out _);

        var second = await rig.SeeAsync("octo/tool", first);

        Assert.Equal([("v3", "3"), ("v2", "two")], second.Tags.Select(tag => (tag.Name, tag.Commit)));
        Assert.Equal(spent + 1, rig.Host.Spent(GitHubRig.PersonalToken));
    }

    [Fact]
    public async Task Tags_are_read_page_by_page_also_when_the_last_one_was_full()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        for (var i = 100; i < 300; i++)
            tool.Tags[$"v{i}"] = $"{i}";
        var first = await rig.SeeAsync("octo/tool");
        // It sorts last: the first two pages stay as they are.
        tool.Tags["v099"] = "99";

        var second = await rig.SeeAsync("octo/tool", Stored(first));

        Assert.Equal(200, first.Tags.Count());
        Assert.Equal(201, second.Tags.Count());
        Assert.Equal("v099", second.Tags.Last().Name);
    }

    [Fact]
    public async Task Of_more_tags_than_are_read_it_is_never_said_that_nothing_changed()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        for (var i = 0; i < 2_500; i++)
            tool.Tags[$"v{i}"] = $"{i}";

        var seen = await rig.SeeAsync("octo/tool");

        Assert.Equal((2_000, true), (seen.Tags.Count(), seen.Truncated));
        await rig.SeeAsync("octo/tool", seen);
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_to_its_new_address()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        tool.Tags["v1"] = "1";
        var first = await rig.SeeAsync("octo/tool");
        rig.Host.Repositories.Move(tool, "new-owner", "better-tool");

        var moved = Assert.IsType<GitHubAnswer.Moved>(await rig.LookAsync("octo/tool", first));
        var after = await rig.LookAsync("new-owner/better-tool", moved.Now);

        Assert.Equal("https://github.com/new-owner/better-tool", moved.Address.ToString());
        Assert.Equal("v1", Assert.Single(moved.Now.Tags).Name);
        Assert.IsType<GitHubAnswer.Unchanged>(after);
    }

    [Fact]
    public async Task Another_repository_under_the_old_name_is_not_taken_for_the_same()
    {
        await using var rig = await GitHubRig.StartAsync();
        var tool = rig.Host.AddRepository("octo", "tool");
        var first = await rig.SeeAsync("octo/tool");
        rig.Host.Repositories.Delete(tool);
        rig.Host.AddRepository("octo", "tool").Tags["v9"] = "9";

        var refused = Assert.IsType<GitHubAnswer.Refused>(await rig.LookAsync("octo/tool", first));

        Assert.Contains("is another repository than before", refused.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_repository_has_no_branch_yet()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.AddRepository("octo", "tool").Branches.Clear();

        var seen = await rig.SeeAsync("octo/tool");

        Assert.Empty(seen.Branches);
        Assert.Empty(seen.Tags);
    }

    [Fact]
    public async Task A_branch_that_would_lead_to_another_resource_is_none()
    {
        await using var rig = await GitHubRig.StartWithTokenAsync();
        rig.Host.AddRepository("octo", "tool");

        var seen = await rig.SeeAsync("octo/tool", null, "../../../../../user", "a//b", "%2e%2e/x?y#z");

        Assert.Equal("main", Assert.Single(seen.Branches).Name);
        Assert.DoesNotContain(rig.Host.Requests, request => request.Path.Contains("user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deleted_and_a_private_repository_look_the_same_without_a_token()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.AddRepository("octo", "hidden").IsPrivate = true;

        var hidden = Assert.IsType<GitHubAnswer.Gone>(await rig.LookAsync("octo/hidden"));
        var absent = Assert.IsType<GitHubAnswer.Gone>(await rig.LookAsync("octo/absent"));

        Assert.Equal(absent.Sentence, hidden.Sentence.Replace("hidden", "absent", StringComparison.Ordinal));
        Assert.Contains("twin credential set github github.com", hidden.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_licence_that_is_not_recognised_is_none()
    {
        await using var rig = await GitHubRig.StartAsync();
        rig.Host.AddRepository("octo", "tool").License = "NOASSERTION";

        Assert.Null((await rig.SeeAsync("octo/tool")).License);
    }

    /// <summary>As it comes back from the database.</summary>
    private static GitHubSeen Stored(GitHubSeen seen) =>
        JsonSerializer.Deserialize(JsonSerializer.Serialize(seen, GitHubSeenJson.Default.GitHubSeen), GitHubSeenJson.Default.GitHubSeen)!;
}

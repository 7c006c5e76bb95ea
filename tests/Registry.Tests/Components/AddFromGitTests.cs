using Twinrunner.Registry.Components;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Tests.Components;

public sealed class AddFromGitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_tag_with_an_odtp_file_becomes_a_version_in_semantic_order()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.Write("README", "nothing yet");
        repository.Commit("empty");
        repository.Tag("v0.0.1");
        repository.WriteComponent("loader", "0.9.0");
        var first = repository.Commit("component");
        foreach (var tag in new[] { "v0.9.0", "v0.10.0", "0.1.7", "0.1.7b", "v1.0.0-rc.1", "nightly" })
            repository.Tag(tag);
        repository.Git("tag", "--annotate", "--message", "an annotated one", "v1.0.0");

        var added = await registry.AddAsync(new(repository.Path));

        Assert.True(added.Created);
        Assert.Equal(("loader", repository.Path, ""), (added.Component.Name, added.Component.Repository, added.Component.Subfolder));
        Assert.Equal(["v1.0.0", "v1.0.0-rc.1", "v0.10.0", "v0.9.0", "0.1.7b", "0.1.7", "nightly"], await registry.VersionNamesAsync(added.Component));
        Assert.All(added.Added, version => Assert.Equal(first, version.Commit));
        Assert.Equal(added.Added.Select(version => version.Id), added.Component.Versions);
        Assert.Contains("component.added", await registry.EventTypesAsync());
    }

    [Fact]
    public async Task Adding_twice_changes_nothing()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");
        var first = await registry.AddAsync(new(repository.Path));

        var second = await registry.AddAsync(new(repository.Path + "/"));

        Assert.False(second.Created);
        Assert.Empty(second.Added);
        Assert.Empty(second.Warnings);
        Assert.Equal(first.Component.Id, second.Component.Id);
        Assert.Equal(first.Component.Revision, second.Component.Revision);
        Assert.Equal(["component.added", "component.version"], await registry.EventTypesAsync());
    }

    [Fact]
    public async Task A_new_tag_is_found_by_a_refresh()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");
        var added = await registry.AddAsync(new(repository.Path));
        repository.WriteComponent("loader", "2", more: "component-description: now described\n");
        repository.Commit("second");
        repository.Tag("v2");

        var refreshed = await registry.RefreshAsync(added.Component);

        Assert.Equal(["v2"], refreshed.Added.Select(version => version.Name));
        Assert.Equal("now described", refreshed.Component.Description);
        Assert.Equal(2, refreshed.Component.Versions.Count);
    }

    [Fact]
    public async Task A_moved_tag_is_a_new_version_and_the_old_one_keeps_its_files()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1.0.0");
        var old = (await registry.AddAsync(new(repository.Path))).Added[0];
        repository.Write("app/app.sh", "echo moved\n");
        repository.Git("add", "--all");
        repository.Git("commit", "--quiet", "--amend", "--message", "rewritten");
        repository.Tag("v1.0.0");
        repository.Git("reflog", "expire", "--expire=now", "--all");
        repository.Git("gc", "--quiet", "--prune=now");

        var moved = await registry.AddAsync(new(repository.Path));

        var version = Assert.Single(moved.Added);
        Assert.Equal($"v1.0.0+{version.Commit[..7]}", version.Name);
        Assert.Contains("moved", Assert.Single(moved.Warnings), StringComparison.Ordinal);
        Assert.Contains("component.warning", await registry.EventTypesAsync());
        Assert.Equal("echo hello\n", (await registry.FilesAsync(old))["app/app.sh"]);
        Assert.Equal("echo moved\n", (await registry.FilesAsync(version))["app/app.sh"]);
        Assert.Equal(old.Id, (await registry.Components.FindVersionAsync(moved.Component.Id, "v1.0.0", Token))!.Id);
        Assert.Equal(version.Id, (await registry.Components.FindVersionAsync(moved.Component.Id, "latest", Token))!.Id);
        Assert.Empty((await registry.AddAsync(new(repository.Path))).Added);
    }

    [Fact]
    public async Task Without_tags_the_head_is_named_by_the_odtp_file()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent(version: "0.3.0");

        var added = await registry.AddAsync(new(repository.Path));

        Assert.Equal(["0.3.0"], added.Added.Select(version => version.Name));
        repository.Write("app/app.sh", "echo changed\n");
        var commit = repository.Commit("changed, version forgotten");
        var again = await registry.AddAsync(new(repository.Path));
        Assert.Equal([$"0.3.0+{commit[..7]}"], again.Added.Select(version => version.Name));
        Assert.Contains("still says '0.3.0'", Assert.Single(again.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_component_in_a_folder_changes_only_with_its_folder()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.WriteComponent("first", "1", "components/first");
        repository.WriteComponent("second", "1", "components/second");
        repository.Commit("both");

        var first = await registry.AddAsync(new(repository.Path + "/components/first"));
        var second = await registry.AddAsync(new(repository.Path, Subfolder: "components/second"));
        repository.Write("components/second/app/app.sh", "echo changed\n");
        repository.Commit("only the second");

        Assert.Equal(("components/first", "components/second"), (first.Component.Subfolder, second.Component.Subfolder));
        Assert.Equal(["Dockerfile", "app/app.sh", "odtp.yml"], (await registry.FilesAsync(first.Added[0])).Keys);
        Assert.Empty((await registry.AddAsync(new(repository.Path + "/components/first"))).Added);
        Assert.Single((await registry.AddAsync(new(repository.Path + "/components/second"))).Added);
    }

    [Fact]
    public async Task Tags_that_name_no_version_of_the_component_don_t_hide_its_head()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var single = TestRepository.WithComponent("single", "1.0.0");
        single.Tag("nightly");
        using var several = TestRepository.Create();
        several.WriteComponent("part", "1.2.0", "parts/part");
        several.Commit("part");
        several.Tag("v0.1.0");
        several.Write("parts/part/app/app.sh", "echo later\n");
        several.Commit("later");

        var one = await registry.AddAsync(new(single.Path));
        var part = await registry.AddAsync(new(several.Path + "/parts/part"));

        Assert.Equal(["1.0.0", "nightly"], await registry.VersionNamesAsync(one.Component));
        Assert.Equal(["1.2.0", "v0.1.0"], await registry.VersionNamesAsync(part.Component));
        Assert.Equal("echo later\n", (await registry.FilesAsync(part.Added[^1]))["app/app.sh"]);
        Assert.Empty((await registry.AddAsync(new(single.Path))).Added);
    }

    [Fact]
    public async Task A_head_that_calls_itself_like_a_tag_doesn_t_take_its_name()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.WriteComponent("part", "1.0.0", "part");
        var tagged = repository.Commit("part");
        repository.Tag("1.0.0");
        repository.Write("part/app/app.sh", "echo later\n");
        var head = repository.Commit("later");

        var added = await registry.AddAsync(new(repository.Path + "/part"));

        Assert.Equal([("1.0.0", tagged), ($"1.0.0+{head[..7]}", head)], added.Added.Select(version => (version.Name, version.Commit)));
        Assert.Empty((await registry.AddAsync(new(repository.Path + "/part"))).Added);
    }

    [Theory]
    [InlineData("HEAD~1")]
    [InlineData("old")]
    [InlineData("hash")]
    [InlineData("short")]
    public async Task A_commit_is_registered_on_request(string reference)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        var commit = repository.Git("rev-parse", "HEAD");
        repository.Git("branch", "old");
        repository.Write("app/app.sh", "echo later\n");
        repository.Commit("second");

        var added = await registry.AddAsync(new(repository.Path, Commit: reference switch { "hash" => commit, "short" => commit[..8], _ => reference }));

        var version = Assert.Single(added.Added);
        Assert.Equal((commit[..12], commit), (version.Name, version.Commit));
        Assert.Equal(version.Id, (await registry.Components.FindVersionAsync(added.Component.Id, commit[..7], Token))!.Id);
    }

    [Fact]
    public async Task Uncommitted_changes_count_only_when_asked_for()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Write(".gitignore", "ignored\n");
        repository.Commit("ignore");
        repository.Write("app/app.sh", "echo dirty\n");
        repository.Write("app/new.sh", "new\n");
        repository.Write("ignored", "not for anybody\n");

        var clean = await registry.AddAsync(new(repository.Path));
        var dirty = await registry.AddAsync(new(repository.Path, Dirty: true));
        var again = await registry.AddAsync(new(repository.Path, Dirty: true));

        Assert.Equal("echo hello\n", (await registry.FilesAsync(clean.Added[0]))["app/app.sh"]);
        Assert.Contains("2 uncommitted changes", Assert.Single(clean.Warnings), StringComparison.Ordinal);
        var version = Assert.Single(dirty.Added);
        Assert.Equal($"0.0.0-dirty.{version.Commit[..12]}", version.Name);
        var files = await registry.FilesAsync(version);
        Assert.Equal(("echo dirty\n", "new\n"), (files["app/app.sh"], files["app/new.sh"]));
        Assert.DoesNotContain("ignored", files.Keys);
        Assert.Empty(again.Added);
        Assert.Equal("0.1.0", (await registry.Components.FindVersionAsync(clean.Component.Id, "latest", Token))!.Name);
    }

    [Fact]
    public async Task One_broken_version_doesn_t_hold_up_the_others()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");
        repository.Write("odtp.yml", "component-name: [broken");
        repository.Commit("broken");
        repository.Tag("v2");

        var added = await registry.AddAsync(new(repository.Path));

        Assert.Equal(["v1"], added.Added.Select(version => version.Name));
        Assert.StartsWith("v2 is left out. odtp.yml line 2: This is not YAML", Assert.Single(added.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_components_of_one_name_need_another_name()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var one = TestRepository.WithComponent();
        using var other = TestRepository.WithComponent();
        await registry.AddAsync(new(one.Path));

        var clash = await registry.TryAddAsync(new(other.Path));
        var renamed = await registry.AddAsync(new(other.Path, Name: "loader-2"));

        Assert.Contains("--name", Assert.IsType<ComponentOutcome.Conflict>(clash).Message, StringComparison.Ordinal);
        Assert.Equal("loader-2", renamed.Component.Name);
        Assert.IsType<ComponentOutcome.Conflict>(await registry.TryAddAsync(new(other.Path, Name: "loader-3")));
    }

    [Fact]
    public async Task Concurrent_adds_make_one_component()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => registry.AddAsync(new(repository.Path))));

        Assert.Single(outcomes, outcome => outcome.Created);
        Assert.Single(outcomes.Select(outcome => outcome.Component.Id).Distinct());
        Assert.Equal(["v1"], await registry.VersionNamesAsync(outcomes[0].Component));
    }

    [Fact]
    public async Task What_the_component_says_is_kept_for_planning()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.WriteComponent("Loader of ZONES", "1", more: "component-author: Ada\ntags: [geo]\nparameters: [{name: N, datatype: int, default-value: 3}]\nports: [8501]\nsecrets: [{name: KEY}]\nbuild-args: {A: b}\n");
        repository.Commit("first");

        var added = await registry.AddAsync(new(repository.Path));

        var version = (await registry.Components.VersionsAsync(added.Component.Id, Token))[0];
        Assert.Equal(("Loader of ZONES", "Ada"), (added.Component.Name, added.Component.Author));
        Assert.Equal(new ParameterSpec("N", "integer", "3", false, null, [], false, null, null) with { Options = version.ParameterSpecs[0].Options }, version.ParameterSpecs[0]);
        Assert.Equal(8501, Assert.Single(version.PortSpecs).Container);
        Assert.Equal(["KEY"], version.SecretNames);
        Assert.Equal("b", version.BuildArgs!.Value.GetProperty("A").GetString());
        Assert.Equal(["Loader of ZONES"], (await registry.Components.ListAsync("zones ada", null, 10, Token)).Select(component => component.Name));
        Assert.Empty(await registry.Components.ListAsync("zones grace", null, 10, Token));
    }
}

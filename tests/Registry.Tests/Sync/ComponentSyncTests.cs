using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sync;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Registry.Tests.Sync;

public sealed class ComponentSyncTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_tags_that_match_become_versions_at_every_look()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        foreach (var tag in new[] { "ocean-1.0", "land-1.0", "v1.0" })
            repository.Tag(tag);

        var added = await registry.AddAsync(new(repository.Path) { Rules = new() { TagPattern = "ocean-*" } });
        repository.Write("more", "more");
        repository.Commit("two");
        repository.Tag("ocean-1.1");
        repository.Tag("land-1.1");
        var refreshed = await registry.RefreshAsync(added.Component);

        Assert.Equal(["ocean-1.0"], added.Added.Select(version => version.Name));
        Assert.Equal(["ocean-1.1"], refreshed.Added.Select(version => version.Name));
    }

    [Fact]
    public async Task Commits_of_a_branch_become_versions_the_newest_is_the_latest()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");
        var first = repository.Git("rev-parse", "HEAD");
        repository.Git("checkout", "--quiet", "-b", "next");
        repository.Write("more", "more");
        var second = repository.Commit("second");

        var added = await registry.AddAsync(new(repository.Path) { Rules = new() { Branch = "next" } });
        repository.Write("more", "still more");
        var third = repository.Commit("third");
        await registry.RefreshAsync(added.Component);

        Assert.Equal([third[..12], second[..12], first[..12]], await registry.VersionNamesAsync(added.Component));
        Assert.Equal(third, (await registry.Components.FindVersionAsync(added.Component.Id, "latest", Token))!.Commit);
        Assert.Contains("no branch 'gone'", await registry.RefuseAsync(new(TestRepositoryWithComponent(out var other)) { Rules = new() { Branch = "gone" } }), StringComparison.Ordinal);
        other.Dispose();
    }

    [Fact]
    public async Task A_component_without_odtp_file_takes_its_image_and_command_from_its_user()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create("plain-tool");
        repository.Write("tool.sh", "echo tool\n");
        repository.Commit("first");
        repository.Tag("v1.2.0");

        var refused = await registry.RefuseAsync(new(repository.Path));
        var added = await registry.AddAsync(new(repository.Path) { Rules = new() { Image = "localhost:1/lab/tool:{version}", Command = ["tool", "--all"] } });

        Assert.Contains("odtp.yml", refused, StringComparison.Ordinal);
        var version = Assert.Single(added.Added);
        Assert.Equal(("plain-tool", "v1.2.0", "localhost:1/lab/tool:v1.2.0"), (added.Component.Name, version.Name, version.Image));
        Assert.Equal(["tool", "--all"], version.Command!);
    }

    [Fact]
    public async Task All_addresses_of_a_repository_are_one_component()
    {
        using var repository = TestRepository.WithComponent();
        await using var host = await GitHttpHost.StartAsync(repository.Parent, null, Token);
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);

        var first = await registry.AddAsync(new(host.UrlOf(repository.Name)));
        var again = await registry.AddAsync(new($"{host.UrlOf(repository.Name)}/"));
        var requested = await registry.Get<ISyncRequests>().RequestAsync($"{host.UrlOf(repository.Name)}.git", Token);

        Assert.Equal((first.Component.Id, false), (again.Component.Id, again.Created));
        Assert.Equal(1, requested);
        Assert.NotNull((await registry.SyncAsync(first.Component)).RequestedAt);
    }

    [Fact]
    public async Task An_unchanged_repository_is_not_fetched()
    {
        using var repository = TestRepository.WithComponent();
        await using var host = await GitHttpHost.StartAsync(repository.Parent, null, Token);
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);
        var added = await registry.AddAsync(new(host.UrlOf(repository.Name)));
        host.Requests.Clear();

        await registry.RefreshAsync(added.Component);

        // Two of the references, none of objects.
        Assert.All(host.Requests, request => Assert.True(request.Contains("info/refs", StringComparison.Ordinal) || request.EndsWith("git-upload-pack", StringComparison.Ordinal), request));
        Assert.InRange(host.Requests.Count, 1, 2);
    }

    [Fact]
    public async Task A_failure_shows_on_the_component_and_is_told_once_and_so_is_its_end()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        var added = await registry.AddAsync(new(repository.Path));
        Directory.Move(repository.Path, repository.Path + "-away");

        await registry.Additions.RefreshAsync(added.Component.Id, Timeout.InfiniteTimeSpan, Token);
        await registry.Additions.RefreshAsync(added.Component.Id, Timeout.InfiniteTimeSpan, Token);
        var failing = await registry.SyncAsync(added.Component);
        Directory.Move(repository.Path + "-away", repository.Path);
        await registry.RefreshAsync(added.Component);

        Assert.Equal(2, failing.Failures);
        Assert.Contains("There is no folder", failing.Failure, StringComparison.Ordinal);
        Assert.NotNull(failing.FailingSince);
        Assert.NotNull(failing.NextAt);
        Assert.Equal((null, 0), ((await registry.SyncAsync(added.Component)).Failure, (await registry.SyncAsync(added.Component)).Failures));
        Assert.Equal(["component.added", "component.version", "component.syncFailed", "component.syncRecovered"], await registry.EventTypesAsync());
    }

    [Fact]
    public async Task A_refused_addition_leaves_nothing_behind()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.Write("README", "no component");
        repository.Commit("first");

        await registry.RefuseAsync(new(repository.Path));

        Assert.Empty(await registry.Components.ListAsync(null, null, 10, Token));
    }

    [Fact]
    public async Task A_renamed_repository_on_GitHub_is_followed_to_its_new_address()
    {
        using var folder = new TestFolder();
        using var repository = TestRepository.Create("octo/tool", folder);
        repository.WriteComponent("tool", "1");
        repository.Commit("first");
        await using var host = await GitHttpHost.StartAsync(folder.Path, null, Token);
        await using var github = await TestGitHub.StartAsync(TimeProvider.System, Token);
        await using var registry = await TestRegistry.StartAsync(options =>
        {
            options.PrivateHosts = ["127.0.0.1"];
            options.GitHubApi = new Dictionary<string, Uri> { [host.Address.Authority] = github.Api };
        });
        var onGitHub = github.AddRepository("octo", "tool");
        (onGitHub.Description, onGitHub.License) = ("from GitHub", "MIT");
        var added = await registry.AddAsync(new(host.UrlOf("octo/tool")));
        host.Requests.Clear();
        await registry.RefreshAsync(added.Component);
        var asked = host.Requests.Count;
        github.Repositories.Move(onGitHub, "lab", "instrument");
        Directory.CreateDirectory(folder["lab"]);
        Directory.Move(repository.Path, folder["lab/instrument"]);

        var moved = await registry.RefreshAsync(added.Component);
        github.Repositories.Delete(onGitHub);
        await registry.Additions.RefreshAsync(added.Component.Id, Timeout.InfiniteTimeSpan, Token);

        Assert.Equal(("from GitHub", "MIT"), (added.Component.Description, added.Component.License));
        Assert.Equal(0, asked);
        Assert.EndsWith("/lab/instrument", moved.Component.Repository, StringComparison.Ordinal);
        Assert.Contains("component.moved", await registry.EventTypesAsync());
        Assert.NotNull((await registry.SyncAsync(added.Component)).Failure);
        Assert.Single(await registry.VersionNamesAsync(added.Component));
    }

    [Fact]
    public async Task A_repushed_image_makes_a_new_version_and_the_old_one_keeps_its_digest()
    {
        await using var images = await TestImageRegistry.StartAsync(Token);
        var before = images.Push("lab/tool", "v1", "one");
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1", $"http://{images.Host}"]);
        using var repository = TestRepository.Create();
        repository.WriteComponent("tool", "1", more: $"component-docker-image: {images.Host}/lab/tool:v1\n");
        repository.Commit("first");
        repository.Tag("v1");
        var added = await registry.AddAsync(new(repository.Path));
        var after = images.Push("lab/tool", "v1", "two");

        var refreshed = await registry.RefreshAsync(added.Component);
        var quiet = await registry.RefreshAsync(added.Component);

        Assert.Equal(before, Assert.Single(added.Added).ImageDigest);
        var made = Assert.Single(refreshed.Added);
        Assert.Equal(after, made.ImageDigest);
        Assert.StartsWith("v1+image.", made.Name, StringComparison.Ordinal);
        Assert.Equal(before, (await registry.Components.FindVersionAsync(added.Component.Id, "v1", Token))!.ImageDigest);
        Assert.Equal(2, refreshed.Component.Versions.Count);
        Assert.Empty(quiet.Added);
        Assert.Contains("component.warning", await registry.EventTypesAsync());
    }

    [Fact]
    public async Task A_yanked_version_is_neither_latest_nor_gone()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1");
        repository.Tag("v2");
        var component = (await registry.AddAsync(new(repository.Path))).Component;
        var second = await registry.Components.FindVersionAsync(component.Id, "v2", Token);

        var yanked = await registry.Components.SetYankedAsync(second!.Id, "loses rows", Token);

        Assert.Equal("loses rows", yanked!.YankReason);
        Assert.Equal("v1", (await registry.Components.FindVersionAsync(component.Id, "latest", Token))!.Name);
        Assert.Equal(second.Id, (await registry.Components.FindVersionAsync(component.Id, "v2", Token))!.Id);
        Assert.Contains("component.yanked", await registry.EventTypesAsync());
        await registry.Components.SetYankedAsync(second.Id, null, Token);
        Assert.Equal("v2", (await registry.Components.FindVersionAsync(component.Id, "latest", Token))!.Name);
    }

    private static string TestRepositoryWithComponent(out TestRepository repository)
    {
        repository = TestRepository.WithComponent("other");
        return repository.Path;
    }
}

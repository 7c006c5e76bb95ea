using System.Net;
using System.Text;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Components;

public sealed class ComponentEndpointTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_component_is_added_found_and_refreshed()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create("Zone Loader", more: "tags: [geo]\nparameters: [{name: N, datatype: int}]\nports: [8501]\n");
        folder.Commit("v1");

        var added = await host.Client.AddComponentAsync(new() { Path = folder.Path }, Token);
        folder.Write("more", "more");
        folder.Commit("v2");
        var refreshed = await host.Client.RefreshComponentAsync("Zone Loader", Token);

        Assert.True(added.Created);
        Assert.Equal(["v2"], refreshed.Added.Select(version => version.Name));
        var found = await host.Client.FindComponentAsync(added.Component.Id, Token);
        Assert.Equal(("Zone Loader", folder.Path, 2), (found!.Name, found.Repository, found.VersionCount));
        Assert.Equal(found.Id, (await host.Client.FindComponentAsync("Zone Loader", Token))!.Id);
        Assert.Null(await host.Client.FindComponentAsync("nobody", Token));
        var version = await host.Client.FindVersionAsync("Zone Loader", "latest", Token);
        Assert.Equal("v2", version!.Name);
        Assert.Equal(new ParameterView("N", "integer", Required: true), Assert.Single(version.Parameters));
        Assert.Equal(8501, Assert.Single(version.Ports).Container);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(version.Href, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync(found.VersionsHref, Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync(version.BuildLogHref, Token)).StatusCode);
    }

    [Fact]
    public async Task Lists_are_searched_and_paged()
    {
        await using var host = await TestHost.StartAsync(Token);
        foreach (var name in new[] { "one", "two", "three" })
        {
            using var folder = ComponentFolder.Create(name);
            folder.Commit("v1.10");
            folder.Write("more", name);
            folder.Commit("v1.9");
            folder.Write("more", "again");
            folder.Commit("v1.11");
            await host.Client.AddComponentAsync(new() { Path = folder.Path }, Token);
        }

        var first = await host.Client.ListComponentsAsync(null, null, 2, Token);
        var second = await host.Client.ListComponentsAsync(null, first.Next, 2, Token);
        var versions = await host.Client.ListVersionsAsync("two", null, 2, Token);
        var rest = await host.Client.ListVersionsAsync("two", versions.Next, 2, Token);

        Assert.Equal(["three", "two", "one"], first.Items.Concat(second.Items).Select(component => component.Name));
        Assert.Null(second.Next);
        Assert.Equal(["one"], (await host.Client.ListComponentsAsync("ONE", null, null, Token)).Items.Select(component => component.Name));
        Assert.Equal(["v1.11", "v1.10", "v1.9"], versions.Items.Concat(rest.Items).Select(version => version.Name));
        Assert.Null(rest.Next);
    }

    [Fact]
    public async Task Deprecation_is_set_and_taken_back()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create();
        folder.Commit("release/1.0");
        await host.Client.AddComponentAsync(new() { Path = folder.Path }, Token);

        Assert.True((await host.Client.DeprecateComponentAsync("loader", Token)).Deprecated);
        Assert.False((await host.Client.ReactivateComponentAsync("loader", Token)).Deprecated);
        Assert.True((await host.Client.DeprecateVersionAsync("loader", "release/1.0", Token)).Deprecated);
        Assert.NotEqual("release/1.0", (await host.Client.FindVersionAsync("loader", "latest", Token))?.Name);
        Assert.False((await host.Client.ReactivateVersionAsync("loader", "release/1.0", Token)).Deprecated);
    }

    [Fact]
    public async Task How_following_goes_is_told_and_versions_can_be_yanked()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create(more: "component-license: MIT\ntags: [geo]\n");
        folder.Commit("v1");
        var added = await host.Client.AddComponentAsync(new() { Path = folder.Path, Rules = new() { Tags = "v*" }, SyncSeconds = 3600 }, Token);

        var yanked = await host.Client.YankVersionAsync("loader", "v1", "loses rows", Token);
        var sync = (await host.Client.FindComponentAsync("loader", Token))!.Sync!;

        Assert.Equal(("ok", 3600L, null), (sync.State, sync.Seconds, sync.Failure));
        Assert.InRange(sync.NextAt!.Value - sync.LookedAt!.Value, TimeSpan.FromMinutes(47), TimeSpan.FromMinutes(73));
        Assert.Equal("v*", added.Component.Rules!.Tags);
        Assert.Equal("loses rows", yanked.YankReason);
        Assert.Null(await host.Client.FindVersionAsync("loader", "latest", Token));
        Assert.Null((await host.Client.UnyankVersionAsync("loader", "v1", Token)).YankReason);
        Assert.Equal(1, (await host.Client.SyncComponentsAsync(Token)).Requested);
        Assert.Equal("due", (await host.Client.FindComponentAsync("loader", Token))!.Sync!.State);
        Assert.Single((await host.Client.ListComponentsAsync("tag:GEO license:mit", null, null, Token)).Items);
        Assert.Empty((await host.Client.ListComponentsAsync("tag:loader", null, null, Token)).Items);
        Assert.Equal(HttpStatusCode.Conflict, (await Assert.ThrowsAsync<ApiException>(() => host.Client.RemoveComponentAsync("loader", Token))).Status);
    }

    [Fact]
    public async Task A_zoo_is_added_read_again_and_removed()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var folder = ComponentFolder.Create();
        folder.Commit("v1");
        folder.Write("zoo.yml", $"- {folder.Path}\n- /no/such/folder\n");

        var zoo = await host.Client.AddZooAsync(new() { Address = Path.Combine(folder.Path, "zoo.yml"), Name = "lab" }, Token);

        Assert.Equal([true, false], zoo.Members.Select(member => member.ComponentId is not null));
        Assert.True((await host.Client.FindComponentAsync(zoo.Members[0].ComponentId!, Token))!.Pending);
        Assert.Equal("loader", (await host.Client.RefreshComponentAsync(zoo.Members[0].ComponentId!, Token)).Component.Name);
        Assert.Equal(zoo.Members, (await host.Client.RefreshZooAsync("lab", Token)).Members);
        Assert.Equal(["lab"], (await host.Client.ListZoosAsync(null, null, Token)).Items.Select(one => one.Name));
        await host.Client.RemoveZooAsync("lab", Token);
        Assert.Null(await host.Client.FindZooAsync("lab", Token));
        Assert.NotNull(await host.Client.FindComponentAsync("loader", Token));
    }

    [Theory]
    [InlineData("""{"path":"relative"}""", "neither an absolute path nor a git URL")]
    [InlineData("""{"path":"/no/such/folder"}""", "There is no folder")]
    [InlineData("""{"path":"/","name":"a@b"}""", "can't have '@'")]
    [InlineData("""{}""", "path")]
    [InlineData("""{"path":5}""", "body")]
    [InlineData("""{"path":"/x","unknown":1}""", "unknown")]
    [InlineData("""[""", "")]
    public async Task Nonsense_is_refused_with_a_problem(string body, string says)
    {
        await using var host = await TestHost.StartAsync(Token);

        var answer = await host.Http.PostAsync("/api/v1/components", new StringContent(body, Encoding.UTF8, "application/json"), Token);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(says, System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token)).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_a_conflict()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var one = ComponentFolder.Create();
        using var other = ComponentFolder.Create();
        await host.Client.AddComponentAsync(new() { Path = one.Path }, Token);

        var exception = await Assert.ThrowsAsync<ApiException>(() => host.Client.AddComponentAsync(new() { Path = other.Path }, Token));

        Assert.Equal(HttpStatusCode.Conflict, exception.Status);
    }
}

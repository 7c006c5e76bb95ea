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

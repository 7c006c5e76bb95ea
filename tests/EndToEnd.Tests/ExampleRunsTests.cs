using Twinrunner.EndToEnd.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.EndToEnd.Tests;

/// <summary>Every example runs as it stands, on real containers, by the real command.</summary>
public sealed class ExampleRunsTests
{
    private static readonly string Examples = Path.Combine(Repository.Root, "examples");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Ada")]
    [InlineData("""Zoë "Z" O'Hara; $HOME & `id` \n %s""")]
    public async Task Hello_greets_whatever_the_name(string name)
    {
        await using var workspace = await OpenAsync("busybox:1.35");

        var run = await workspace.DoAsync("run", Path.Combine(Examples, "hello", "workflow.yaml"), "-p", $"name={name}");

        Assert.Contains($"Hello, {name}, from a container", run.Out, StringComparison.Ordinal);
        Assert.Equal($"Hello, {name}.\n", (await workspace.DoAsync("cp", "last/hello:hello.txt", "-")).Out);
    }

    [Fact]
    public async Task The_fan_out_gathers_what_all_items_left()
    {
        await using var workspace = await OpenAsync("busybox:1.35");

        await workspace.DoAsync("run", Path.Combine(Examples, "fanout", "workflow.yaml"), "-p", "darts=20000");

        var table = (await workspace.DoAsync("cp", "last/gather:pi.csv", "-")).Lines;
        Assert.Equal(["seed,darts,hits", "1", "2", "3", "4", "5", "6", "7", "8"], table.Select((line, i) => i == 0 ? line : line.Split(',')[0]));
        Assert.Equal(9, (await workspace.StepsAsync()).Count(step => step.Value == "Succeeded"));
    }

    [Fact]
    public async Task The_digital_twin_serves_its_page_until_it_is_stopped_and_what_did_not_change_is_cached()
    {
        await using var workspace = await OpenAsync("debian:bookworm-slim");
        await workspace.ServeAsync();
        await workspace.DoAsync(["component", "add", "--dirty", .. Directory.GetDirectories(Path.Combine(Examples, "mobility", "components"))]);

        var first = await ReadPageAsync(workspace);
        var firstSteps = await workspace.StepsAsync();
        var second = await ReadPageAsync(workspace, "-p", "origin=Asia/Tokyo");
        var secondSteps = await workspace.StepsAsync();

        Assert.Contains("&quot;Home&quot; is Europe/Zurich, &amp; a kilometre costs $0.11 `all in`", first, StringComparison.Ordinal);
        Assert.Contains("&quot;Home&quot; is Asia/Tokyo", second, StringComparison.Ordinal);
        Assert.All(firstSteps, step => Assert.Equal("Succeeded", step.Value));
        Assert.Equal(["countries", "places", "zones"], secondSteps.Where(step => step.Value == "Cached").Select(step => step.Key).Order());
    }

    /// <summary>Runs the digital twin until its page can be read, then stops the step that serves it and waits for the end.</summary>
    private static async Task<string> ReadPageAsync(Workspace workspace, params string[] parameters)
    {
        var run = workspace.Start(["run", Path.Combine(Examples, "mobility", "workflow.yaml"), .. parameters]);
        await run.LineAsync(line => line.Contains("atlas", StringComparison.Ordinal) && line.Contains("ready", StringComparison.Ordinal), Workspace.Patience, Cancelled);
        var steps = (await workspace.JsonAsync("show", "last")).GetProperty("steps").EnumerateArray();
        var port = steps.Single(step => step.GetProperty("name").GetString() == "atlas").GetProperty("publishedPorts").GetProperty("8080").GetInt32();
        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri($"http://127.0.0.1:{port}/index.html"), Cancelled);
        await workspace.DoAsync("step", "stop", "last", "atlas");
        var ended = await run.EndAsync(Workspace.Patience, Cancelled);
        Assert.True(ended.ExitCode == 0, ended.ToString());
        return page;
    }

    private static async Task<Workspace> OpenAsync(string image)
    {
        var workspace = await Workspace.OpenAsync();
        if (await workspace.Engine.FindImageAsync(image, Cancelled) is not null)
            return workspace;
        await workspace.DisposeAsync();
        Assert.Skip($"Needs the image {image}: run make base-images.");
        return workspace;
    }
}

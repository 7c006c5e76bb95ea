using System.Buffers;
using System.Text;
using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Registry.Zoos;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Zoos;

public sealed class ZooTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("https://a.example/o/r\n# a comment\n\ngit@b.example:o/r.git\n")]
    [InlineData("- https://a.example/o/r\n- git@b.example:o/r.git\n")]
    [InlineData("components:\n  - repository: https://a.example/o/r\n  - {repo-url: 'git@b.example:o/r.git'}\n")]
    [InlineData("one: https://a.example/o/r\ntwo:\n  url: git@b.example:o/r.git\n")]
    [InlineData("""["https://a.example/o/r", "git@b.example:o/r.git"]""")]
    [InlineData("""{"repositories": [{"repository": "https://a.example/o/r"}, {"repoLink": "git@b.example:o/r.git"}]}""")]
    [InlineData("""{"components": {"one": {"component_repository": "https://a.example/o/r"}, "two": "git@b.example:o/r.git"}}""")]
    public void An_index_is_read_in_any_form(string text) =>
        Assert.Equal(["https://a.example/o/r", "git@b.example:o/r.git"], ZooIndex.Read(Encoding.UTF8.GetBytes(text)).Select(entry => entry.Repository));

    [Theory]
    [InlineData("")]
    [InlineData("just some words")]
    [InlineData("{")]
    [InlineData("a: [&x [*x]]")]
    [InlineData("<!doctype html><html><body>Not found</body></html>")]
    public void What_is_no_index_is_refused(string text) => Assert.Throws<SourceException>(() => ZooIndex.Read(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void An_index_that_is_too_big_is_refused()
    {
        Assert.Throws<SourceException>(() => ZooIndex.Read(new byte[ZooIndex.MaxBytes + 1]));
        Assert.Throws<SourceException>(() => ZooIndex.Read(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, ZooIndex.MaxEntries + 1).Select(i => $"https://a.example/o/r{i}")))));
    }

    [Fact]
    public async Task Components_of_a_file_are_registered_and_new_entries_follow()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();
        foreach (var name in new[] { "one", "two" })
        {
            using var repository = TestRepository.Create(name, folder);
            repository.WriteComponent(name, "1");
            repository.Commit("first");
        }
        await File.WriteAllTextAsync(folder["zoo.txt"], "./one\n./absent\n", Token);
        var zoos = registry.Get<ZooService>();

        var zoo = Assert.IsType<ZooOutcome.Done>(await zoos.AddAsync(folder["zoo.txt"], null, Token)).Zoo;
        await File.WriteAllTextAsync(folder["zoo.txt"], "./two\n", Token);
        var looked = await zoos.LookAsync(zoo, Token);
        await using var loop = await RunningLoop.StartAsync(registry);
        foreach (var member in zoo.Members.Concat(looked!.Members).Where(member => member.Component is not null))
            await registry.UntilAsync((await registry.Components.GetAsync(member.Component!.Value, Token))!, sync => sync.LookedAt is not null);

        Assert.Equal("zoo", zoo.Name);
        Assert.Equal([(true, null), (false, "There is no folder")], zoo.Members.Select(member => (member.Component is not null, member.Fault?[..18])));
        Assert.Single(looked.Members);
        Assert.Equal(["two", "one"], (await registry.Components.ListAsync(null, null, 10, Token)).Select(component => component.Name));
        Assert.IsType<ZooOutcome.Conflict>(await zoos.AddAsync(folder["zoo.txt"], null, Token));
        await zoos.RemoveAsync(looked, Token);
        Assert.Null(await zoos.FindAsync("zoo", Token));
        Assert.Equal(2, (await registry.Components.ListAsync(null, null, 10, Token)).Count);
    }

    [Fact]
    public async Task An_index_on_the_web_names_no_folder_of_the_server_and_its_failure_shows()
    {
        using var folder = new TestFolder();
        await using var host = await GitHttpHost.StartAsync(folder.Path, null, Token);
        var fails = false;
        host.Answer = context =>
        {
            context.Response.StatusCode = fails ? 503 : 200;
            context.Response.BodyWriter.Write(Encoding.UTF8.GetBytes("/etc\nhttps://git.example.org/o/r\n"));
            return true;
        };
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);
        var zoos = registry.Get<ZooService>();

        var zoo = Assert.IsType<ZooOutcome.Done>(await zoos.AddAsync(host.UrlOf("index.txt"), "lab", Token)).Zoo;
        fails = true;
        var failing = await zoos.LookAsync(zoo, Token);

        Assert.Equal([false, true], zoo.Members.Select(member => member.Component is not null));
        Assert.Contains("503", failing!.Failure, StringComparison.Ordinal);
        Assert.Equal(2, failing.Members.Count);
        Assert.Contains("zoo.failed", await registry.EventTypesAsync());
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("file:///etc/passwd")]
    [InlineData("relative.txt")]
    [InlineData("/no/such/file")]
    public async Task Other_addresses_are_refused(string address)
    {
        await using var registry = await TestRegistry.StartAsync();

        Assert.IsType<ZooOutcome.Refused>(await registry.Get<ZooService>().AddAsync(address, null, Token));
    }
}

using Twinrunner.Registry.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Sources;

public sealed class FolderSourceTests
{
    [Fact]
    public async Task A_folder_without_git_is_named_by_its_odtp_file_and_pinned_by_its_content()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();
        Write(folder, "component-version: 1.2.3");

        var first = await registry.AddAsync(new(folder.Path));
        var same = await registry.AddAsync(new(folder.Path));
        File.WriteAllText(folder["app.sh"], "changed");
        var changed = await registry.AddAsync(new(folder.Path));

        Assert.Equal(("1.2.3", 64), (first.Added[0].Name, first.Added[0].Commit.Length));
        Assert.Empty(same.Added);
        Assert.Equal($"1.2.3+{changed.Added[0].Commit[..7]}", changed.Added[0].Name);
        Assert.Single(changed.Warnings);
        Assert.Equal("one", (await registry.FilesAsync(first.Added[0]))["app.sh"]);
    }

    [Fact]
    public async Task A_version_that_is_no_name_gives_way_to_the_content()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();
        Write(folder, "component-version: a/b @ c");

        var version = (await registry.AddAsync(new(folder.Path))).Added[0];

        Assert.Equal(version.Commit[..12], version.Name);
        Assert.Contains(version.Warnings, warning => warning.Contains("component-version", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_without_an_odtp_file_or_with_a_commit_is_refused()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();

        Assert.Contains("no odtp.yml", await registry.RefuseAsync(new(folder.Path)), StringComparison.Ordinal);
        Write(folder, "");
        Assert.Contains("no git repository", await registry.RefuseAsync(new(folder.Path, Commit: "main")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pipes_in_the_folder_don_t_block()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();
        Write(folder, "");
        using var process = System.Diagnostics.Process.Start("mkfifo", [folder["pipe"]]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Single((await registry.AddAsync(new(folder.Path))).Added);
    }

    private static void Write(TestFolder folder, string more)
    {
        File.WriteAllText(folder["odtp.yml"], $"component-name: local\n{more}\n");
        File.WriteAllText(folder["Dockerfile"], "FROM scratch\n");
        File.WriteAllText(folder["app.sh"], "one");
    }
}

using Twinrunner.Registry.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Sources;

/// <summary>Repositories and requests that try to run something, to leave their folder, or to cost too much.</summary>
public sealed class HostileRepositoryTests
{
    [Fact]
    public async Task Hooks_and_configuration_of_a_repository_run_nothing()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var folder = new TestFolder();
        using var repository = TestRepository.WithComponent();
        var marker = folder["marker"];
        foreach (var hook in new[] { "post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change", "upload-pack" })
            WriteScript(Path.Combine(repository.Path, ".git/hooks", hook), marker);
        WriteScript(folder["evil"], marker);
        foreach (var key in new[] { "core.fsmonitor", "core.sshCommand", "core.pager", "core.editor", "uploadpack.packObjectsHook", "filter.evil.clean", "filter.evil.smudge", "diff.external", "core.alternateRefsCommand" })
            repository.Git("config", key, folder["evil"]);
        repository.Write(".gitattributes", "* filter=evil\n");
        repository.Git("-c", "filter.evil.clean=cat", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "add", "--all");
        repository.Git("-c", "filter.evil.clean=cat", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "commit", "--quiet", "--message", "attributes");
        File.Delete(marker);
        repository.Tag("v1");
        File.Delete(marker);

        await registry.AddAsync(new(repository.Path));
        await registry.AddAsync(new(repository.Path, Dirty: true));
        await registry.AddAsync(new(repository.Path, Commit: "HEAD"));

        Assert.False(File.Exists(marker) && File.ReadAllText(marker).Length > 0, File.Exists(marker) ? File.ReadAllText(marker) : "");
    }

    [Theory]
    [InlineData("--upload-pack=touch x")]
    [InlineData("-x")]
    [InlineData("ext::sh -c whoami")]
    [InlineData("https://user:secret@git.example/x")]
    [InlineData("https://-oProxyCommand=x/y")]
    [InlineData("ssh://-oProxyCommand=x/y")]
    [InlineData("-oProxyCommand=x@host:y")]
    [InlineData("relative/path")]
    [InlineData("")]
    [InlineData("/no/such/folder")]
    [InlineData("ftp://host/x")]
    [InlineData("file://host/x")]
    [InlineData("/tmp\nx")]
    public async Task Addresses_that_mean_no_source_are_refused(string address)
    {
        await using var registry = await TestRegistry.StartAsync();

        Assert.NotEmpty(await registry.RefuseAsync(new(address)));
    }

    [Theory]
    [InlineData("../other")]
    [InlineData("a/../../b")]
    [InlineData(".git")]
    [InlineData("no-such-folder")]
    public async Task Folders_outside_the_repository_are_refused(string subfolder)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();

        Assert.NotEmpty(await registry.RefuseAsync(new(repository.Path, Subfolder: subfolder)));
    }

    [Theory]
    [InlineData("--output=/tmp/x")]
    [InlineData("-h")]
    [InlineData("no-such-branch")]
    [InlineData("0123456789012345678901234567890123456789")]
    [InlineData("HEAD:odtp.yml")]
    [InlineData("HEAD\0x")]
    [InlineData("")]
    public async Task Commits_that_are_none_are_refused(string reference)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();

        Assert.Contains("There is no commit", await registry.RefuseAsync(new(repository.Path, Commit: reference)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-leading-dash")]
    [InlineData("a folder with spaces")]
    [InlineData("Quote'd \"$(name)\"")]
    [InlineData("ünïcode-💥")]
    public async Task Repositories_and_folders_may_have_any_name(string name)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create(name);
        repository.WriteComponent("x", "1", name);
        repository.Write(name + "/" + name, "odd\n");
        repository.Commit("odd");

        var added = await registry.AddAsync(new(Path.Combine(repository.Path, name)));

        Assert.Equal(name, added.Component.Subfolder);
        Assert.Equal("odd\n", (await registry.FilesAsync(added.Added[0]))[name]);
    }

    [Fact]
    public async Task Links_out_of_the_folder_are_left_out_and_others_are_kept()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        File.CreateSymbolicLink(Path.Combine(repository.Path, "absolute"), "/etc/passwd");
        File.CreateSymbolicLink(Path.Combine(repository.Path, "app/outside"), "../../x");
        File.CreateSymbolicLink(Path.Combine(repository.Path, "app/inside"), "../Dockerfile");
        repository.Commit("links");

        var version = (await registry.AddAsync(new(repository.Path))).Added[0];
        var dirty = (await registry.AddAsync(new(repository.Path, Dirty: true))).Added[0];

        foreach (var files in new[] { await registry.FilesAsync(version), await registry.FilesAsync(dirty) })
        {
            Assert.Equal("-> ../Dockerfile", files["app/inside"]);
            Assert.DoesNotContain("absolute", files.Keys);
            Assert.DoesNotContain("app/outside", files.Keys);
        }
        Assert.Equal(2, version.Warnings.Count(warning => warning.Contains("leads out", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Attributes_that_hide_or_change_files_in_archives_don_t_count()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Write(".gitattributes", "app export-ignore\n*.txt export-subst eol=crlf\n");
        repository.Write("a.txt", "$Format:%H$\n");
        repository.Commit("attributes");

        var files = await registry.FilesAsync((await registry.AddAsync(new(repository.Path))).Added[0]);

        Assert.Equal("echo hello\n", files["app/app.sh"]);
        Assert.Equal("$Format:%H$\n", files["a.txt"]);
    }

    [Fact]
    public async Task Too_many_bytes_or_files_are_refused()
    {
        using var repository = TestRepository.WithComponent();
        repository.Write("data", new string('x', 5000));
        repository.Commit("data");
        await using var few = await TestRegistry.StartAsync(options => options.MaxArchiveFiles = 2);
        await using var small = await TestRegistry.StartAsync(options => options.MaxArchiveBytes = 4000);

        Assert.Contains("more than 2 files", await few.RefuseAsync(new(repository.Path)), StringComparison.Ordinal);
        Assert.Contains("MiB together", await small.RefuseAsync(new(repository.Path)), StringComparison.Ordinal);
        Assert.Empty(await small.Components.ListAsync(null, null, 10, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_repository_that_takes_too_much_disk_is_refused()
    {
        await using var registry = await TestRegistry.StartAsync(options => options.MaxRepositoryBytes = 100);
        using var repository = TestRepository.WithComponent();

        Assert.Contains("takes more than", await registry.RefuseAsync(new(repository.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_of_another_user_is_read()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Only root can give a repository to another user.");
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        using (var chown = System.Diagnostics.Process.Start("chown", ["-R", "1234:1234", repository.Path]))
            await chown.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Single((await registry.AddAsync(new(repository.Path))).Added);
        Assert.Single((await registry.AddAsync(new(repository.Path, Dirty: true))).Added);
    }

    [Fact]
    public async Task A_submodule_that_is_checked_out_goes_into_the_version()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = TestRepository.Create("client");
        client.Write("startup.sh", "echo client\n");
        client.Commit("client");
        using var repository = TestRepository.WithComponent();
        repository.Git("submodule", "--quiet", "add", client.Path, "odtp-component-client");
        repository.Commit("client");

        var version = (await registry.AddAsync(new(repository.Path))).Added[0];

        Assert.Equal("echo client\n", (await registry.FilesAsync(version))["odtp-component-client/startup.sh"]);
        Assert.Empty(version.Warnings);
    }

    [Fact]
    public async Task A_submodule_that_is_not_at_hand_is_a_warning()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var client = TestRepository.Create("client");
        client.Write("startup.sh", "echo client\n");
        client.Commit("client");
        using var repository = TestRepository.WithComponent();
        repository.Git("submodule", "--quiet", "add", client.Path, "odtp-component-client");
        repository.Commit("client");
        using var folder = new TestFolder();
        repository.Git("clone", "--quiet", "--bare", repository.Path, folder["bare.git"]);

        var version = (await registry.AddAsync(new(folder["bare.git"]))).Added[0];

        Assert.Contains("git submodule update --init", Assert.Single(version.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pointer_of_large_file_storage_is_a_warning()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Write("data.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        repository.Commit("pointer");

        Assert.Contains("Git LFS", Assert.Single((await registry.AddAsync(new(repository.Path))).Added[0].Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_without_commits_is_refused_with_a_hint()
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.Create();
        repository.WriteComponent("x", "1");

        Assert.Contains("--dirty", await registry.RefuseAsync(new(repository.Path)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Shallow_and_bare_clones_are_read_like_others(bool shallow)
    {
        await using var registry = await TestRegistry.StartAsync();
        using var repository = TestRepository.WithComponent();
        repository.Commit("second");
        using var folder = new TestFolder();
        repository.Git("clone", "--quiet", shallow ? "--depth=1" : "--bare", "file://" + repository.Path, folder["clone"]);

        var added = await registry.AddAsync(new("file://" + folder["clone"]));

        Assert.Equal((folder["clone"], "0.1.0"), (added.Component.Repository, Assert.Single(added.Added).Name));
    }

    private static void WriteScript(string path, string marker)
    {
        File.WriteAllText(path, $"#!/bin/sh\necho \"$0 $@\" >> {marker}\nexec cat\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}

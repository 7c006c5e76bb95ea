using System.Net;
using Microsoft.AspNetCore.Http;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Sources;

/// <summary>Real git against real servers on loopback: its own protocol, http and https.</summary>
public sealed class RemoteGitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("file")]
    [InlineData("git")]
    [InlineData("http")]
    [InlineData("https")]
    public async Task A_component_comes_over_every_protocol(string protocol)
    {
        using var repository = TestRepository.WithComponent();
        repository.Tag("v1.0.0");
        using var certificate = new TestCertificate();
        using var daemon = protocol == "git" ? await GitDaemon.StartAsync(repository.Parent, Token) : null;
        await using var host = protocol.StartsWith("http", StringComparison.Ordinal)
            ? await GitHttpHost.StartAsync(repository.Parent, protocol == "https" ? certificate : null, Token)
            : null;
        await using var registry = await TestRegistry.StartAsync(options => (options.PrivateHosts, options.GitCaFile) = (["127.0.0.0/8"], certificate.File));
        var address = protocol == "file" ? $"file://{repository.Path}" : $"{daemon?.Address ?? host!.Address}{repository.Name}";

        var added = await registry.AddAsync(new(address));
        repository.Write("app/app.sh", "echo two\n");
        repository.Commit("two");
        repository.Tag("v2.0.0");
        var again = await registry.AddAsync(new(address));

        Assert.Equal(["v1.0.0"], added.Added.Select(version => version.Name));
        Assert.Equal(["v2.0.0"], again.Added.Select(version => version.Name));
        Assert.Equal("echo two\n", (await registry.FilesAsync(again.Added[0]))["app/app.sh"]);
    }

    [Theory]
    [InlineData("http://127.0.0.1/o/r")]
    [InlineData("https://localhost/o/r")]
    [InlineData("http://[::1]/o/r")]
    [InlineData("http://[::ffff:127.0.0.1]/o/r")]
    [InlineData("http://169.254.169.254/latest")]
    [InlineData("git://10.0.0.1/o/r")]
    [InlineData("ssh://git@192.168.0.1/o/r")]
    [InlineData("git@127.0.0.1:o/r")]
    [InlineData("http://0.0.0.0/o/r")]
    [InlineData("http://2130706433/o/r")]
    [InlineData("http://[fd00::1]/o/r")]
    [InlineData("http://[fe80::1]/o/r")]
    [InlineData("http://[64:ff9b::7f00:1]/o/r")]
    public async Task Private_addresses_are_refused(string address)
    {
        await using var registry = await TestRegistry.StartAsync();

        Assert.Contains("privateHosts", await registry.RefuseAsync(new(address)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hosts_that_are_not_on_the_list_are_refused()
    {
        await using var registry = await TestRegistry.StartAsync(options => options.AllowedHosts = ["github.com", "*.example.org"]);

        Assert.Contains("allowedGitHosts", await registry.RefuseAsync(new("https://example.org/o/r")), StringComparison.Ordinal);
        Assert.Contains("allowedGitHosts", await registry.RefuseAsync(new("https://github.com.example.net/o/r")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Local_folders_can_be_refused()
    {
        using var repository = TestRepository.WithComponent();
        await using var registry = await TestRegistry.StartAsync(options => options.LocalSources = false);

        Assert.Contains("URL", await registry.RefuseAsync(new(repository.Path)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_to_another_address_of_the_same_host_is_followed()
    {
        using var repository = TestRepository.WithComponent();
        await using var host = await GitHttpHost.StartAsync(repository.Parent, null, Token);
        host.Answer = context => RedirectTo(context, "/old", $"/{repository.Name}");
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);

        var added = await registry.AddAsync(new(host.UrlOf("old")));

        Assert.Equal(host.UrlOf("old"), added.Component.Repository);
        Assert.Single(added.Added);
    }

    [Theory]
    [InlineData("http://127.0.0.2:1", "privateHosts")]
    [InlineData("http://10.1.2.3", "privateHosts")]
    [InlineData("file:///etc", "not followed")]
    [InlineData("", "redirects more than")]
    public async Task A_redirect_into_the_private_network_is_refused(string to, string says)
    {
        using var repository = TestRepository.WithComponent();
        await using var host = await GitHttpHost.StartAsync(repository.Parent, null, Token);
        host.Answer = context => RedirectTo(context, "/", $"{to}/");
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);

        Assert.Contains(says, await registry.RefuseAsync(new(host.UrlOf("old"))), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_private_repository_is_read_with_the_credential_of_its_owner()
    {
        using var repository = TestRepository.WithComponent();
        using var certificate = new TestCertificate();
        await using var host = await GitHttpHost.StartAsync(Path.GetDirectoryName(repository.Parent)!, certificate, Token);
        host.Login = "ada:a secret, with: all";
        await using var registry = await TestRegistry.StartAsync(options => (options.PrivateHosts, options.GitCaFile) = (["127.0.0.1"], certificate.File));
        var owner = Path.GetFileName(repository.Parent);
        var address = host.UrlOf($"{owner}/{repository.Name}");
        var credentials = registry.Get<CredentialService>();

        var refused = await registry.RefuseAsync(new(address));
        await credentials.SetAsync(CredentialKind.Git, host.Address.Authority, null, "ada", "wrong", Token);
        await registry.RefuseAsync(new(address));
        await credentials.SetAsync(CredentialKind.Git, host.Address.Authority, owner, "ada", "a secret, with: all", Token);
        var added = await registry.AddAsync(new(address));

        Assert.Contains("twin credential set", refused, StringComparison.Ordinal);
        Assert.Single(added.Added);
        Assert.DoesNotContain(registry.MirroredText(), text => text.Contains("secret, with", StringComparison.Ordinal) || text.Contains("Authorization", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Submodules_come_from_the_urls_that_the_repository_names_and_from_no_folder_of_the_server()
    {
        using var folder = new TestFolder();
        using var library = TestRepository.Create("library", folder);
        library.Write("lib.sh", "echo lib\n");
        library.Commit("library");
        using var repository = TestRepository.Create("main", folder);
        repository.WriteComponent("loader", "1");
        repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--", library.Path, "lib");
        repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--", library.Path, "stolen");
        repository.Git("config", "--file", ".gitmodules", "submodule.lib.url", "../library");
        repository.Commit("with submodules");
        await using var host = await GitHttpHost.StartAsync(folder.Path, null, Token);
        await using var registry = await TestRegistry.StartAsync(options => options.PrivateHosts = ["127.0.0.1"]);

        var version = (await registry.AddAsync(new(host.UrlOf("main")))).Added[0];

        Assert.Equal("echo lib\n", (await registry.FilesAsync(version))["lib/lib.sh"]);
        Assert.Contains("'stolen'", Assert.Single(version.Warnings, warning => warning.Contains("submodule", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repository_gets_no_submodule_of_another_owner_with_the_servers_login()
    {
        using var folder = new TestFolder();
        using var theirs = TestRepository.Create("theirs/secret", folder);
        theirs.Write("secret.txt", "not for everybody\n");
        theirs.Commit("secret");
        using var repository = TestRepository.Create("ours/main", folder);
        repository.WriteComponent("loader", "1");
        repository.Git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "--", theirs.Path, "stolen");
        repository.Git("config", "--file", ".gitmodules", "submodule.stolen.url", "../../theirs/secret");
        repository.Commit("with another's repository");
        using var certificate = new TestCertificate();
        await using var host = await GitHttpHost.StartAsync(folder.Path, certificate, Token);
        host.Login = "server:password";
        await using var registry = await TestRegistry.StartAsync(options => (options.PrivateHosts, options.GitCaFile) = (["127.0.0.1"], certificate.File));
        await registry.Get<CredentialService>().SetAsync(CredentialKind.Git, host.Address.Authority, null, "server", "password", Token);

        var version = (await registry.AddAsync(new(host.UrlOf("ours/main")))).Added[0];

        Assert.DoesNotContain("stolen/secret.txt", await registry.FilesAsync(version));
        Assert.Contains(host.Requests, request => request.StartsWith("/theirs/secret/", StringComparison.Ordinal));
        Assert.Contains(version.Warnings, warning => warning.Contains("'stolen'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_never_answers_is_given_up()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var registry = await TestRegistry.StartAsync(options => (options.PrivateHosts, options.GitTimeout) = (["127.0.0.1"], TimeSpan.FromSeconds(1)));

        Assert.Contains("longer than", await registry.RefuseAsync(new($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}/o/r")), StringComparison.Ordinal);
    }

    private static bool RedirectTo(HttpContext context, string from, string to)
    {
        if (!context.Request.Path.StartsWithSegments(from == "/" ? "" : from, out var rest))
            return false;
        context.Response.Redirect(to + rest.Value!.TrimStart('/').Insert(0, from == "/" ? "" : "/") + context.Request.QueryString, permanent: true);
        return true;
    }
}

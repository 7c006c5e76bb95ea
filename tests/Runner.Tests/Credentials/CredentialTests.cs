using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Client;
using Twinrunner.Registry.Credentials;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using CredentialKind = Twinrunner.Storage.Documents.CredentialKind;

namespace Twinrunner.Runner.Tests.Credentials;

public sealed class CredentialTests
{
    private const string Secret = "correct-horse-battery-staple";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_login_goes_in_by_HTTP_and_its_secret_comes_out_nowhere()
    {
        await using var host = await TestHost.StartAsync(Token);

        var set = await host.Client.SetCredentialAsync(Login("Index.Docker.io", "ada", "old"), Token);
        var again = await host.Client.SetCredentialAsync(Login("docker.io", "bob", Secret), Token);

        Assert.Equal((set.Id, "docker.io", "bob"), (again.Id, again.Host, again.UserName));
        Assert.Equal(again.Id, Assert.Single((await host.Client.ListCredentialsAsync(null, null, Token)).Items).Id);
        var service = host.Get<CredentialService>();
        var found = await service.FindAsync(CredentialKind.ImageRegistry, "registry-1.docker.io", "library", Token);
        Assert.Equal(("bob", Secret), (found!.UserName, found.Secret));
        Assert.DoesNotContain(Secret, found.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, await host.Http.GetStringAsync("/api/v1/credentials", Token), StringComparison.Ordinal);
        Assert.Equal(
            ["ImageRegistry credential of docker.io", "ImageRegistry credential of docker.io"],
            (await host.Get<EventStore>().FindAsync(null, null, 100, Token)).Where(e => e.Type == "credential.set").Select(e => e.Message));
        foreach (var file in Directory.EnumerateFiles(host.Settings.DataFolder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock"))
        {
            await using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Assert.DoesNotContain(Secret, await new StreamReader(bytes).ReadToEndAsync(Token), StringComparison.Ordinal);
        }

        await host.Client.DeleteCredentialAsync(set.Id, Token);
        Assert.Null(await service.FindAsync(CredentialKind.ImageRegistry, "docker.io", null, Token));
        await Assert.ThrowsAsync<ApiException>(() => host.Client.DeleteCredentialAsync(set.Id, Token));
    }

    [Fact]
    public async Task The_owners_login_goes_before_the_hosts()
    {
        await using var stores = await OpenAsync();
        var service = stores.Get<CredentialService>();
        await service.SetAsync(CredentialKind.GitHub, "github.com", null, null, "for all", Token);
        await service.SetAsync(CredentialKind.GitHub, "GitHub.com", "ODTP-org", "12345", "for one", Token);

        Assert.Equal("for one", (await FindAsync("odtp-ORG"))!.Secret);
        Assert.Equal("for all", (await FindAsync("other"))!.Secret);
        Assert.Equal("for all", (await FindAsync(null))!.Secret);
        Assert.Null(await service.FindAsync(CredentialKind.Git, "github.com", "odtp-org", Token));
        Assert.Null(await service.FindAsync(CredentialKind.GitHub, "github.com:8443", null, Token));

        ValueTask<Credential?> FindAsync(string? owner) => service.FindAsync(CredentialKind.GitHub, "github.com", owner, Token);
    }

    [Fact]
    public async Task A_stored_secret_can_not_be_sent_to_another_host_by_changing_its_document()
    {
        await using var stores = await OpenAsync();
        var service = stores.Get<CredentialService>();
        var stored = await service.SetAsync(CredentialKind.Git, "git.example.org", null, null, Secret, Token);
        var documents = new DocumentCollection<StoredCredential>(stores.Get<IDocumentDatabase>(), "credentials", DocumentJson.Default.StoredCredential);
        await documents.UpdateAsync(stored.Id, credential => credential with { Host = "git.example.com" }, Token);

        await Assert.ThrowsAsync<SecretKeyException>(async () => await service.FindAsync(CredentialKind.Git, "git.example.com", null, Token));
    }

    [Theory]
    [InlineData("https://ghcr.io", null, "ada", Secret, "no host")]
    [InlineData("ghcr.io/ada", null, "ada", Secret, "no host")]
    [InlineData("ghcr.io:0", null, "ada", Secret, "no host")]
    [InlineData("ghcr.io", "a b", "ada", Secret, "owner")]
    [InlineData("ghcr.io", null, "a:b", Secret, "user name")]
    [InlineData("ghcr.io", null, null, Secret, "want a user name")]
    [InlineData("ghcr.io", null, "ada", "", "empty")]
    [InlineData("ghcr.io", null, "ada", Secret + "\nX-Other: header", "line breaks")]
    public async Task What_could_not_be_used_is_refused_without_telling_the_secret(string at, string? owner, string? user, string secret, string why)
    {
        await using var host = await TestHost.StartAsync(Token);

        var refused = await Assert.ThrowsAsync<ApiException>(
            () => host.Client.SetCredentialAsync(Login(at, user, secret) with { Owner = owner }, Token));

        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, refused.Message, StringComparison.Ordinal);
    }

    private static SetCredential Login(string host, string? user, string secret) =>
        new() { Kind = Client.CredentialKind.ImageRegistry, Host = host, UserName = user, Secret = secret };

    private static Task<TestStores> OpenAsync() => TestStores.OpenAsync(services => services.AddSingleton<CredentialService>(), Token);
}

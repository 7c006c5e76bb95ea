using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Client;
using Twinrunner.Runner.Secrets;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Secrets;

public sealed class SecretTests
{
    private const string Value = "correct horse battery staple";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_goes_in_by_HTTP_and_only_comes_out_for_a_step()
    {
        await using var host = await TestHost.StartAsync(Cancelled);
        await host.Client.SetSecretAsync("API_TOKEN", new SetSecret { Value = "old value" }, Cancelled);
        await host.Client.SetSecretAsync("API_TOKEN", new SetSecret { Value = Value }, Cancelled);

        Assert.Equal(["API_TOKEN"], (await host.Client.ListSecretsAsync(null, null, Cancelled)).Items.Select(secret => secret.Name));
        var resolved = await host.Get<SecretService>().ResolveAsync(["API_TOKEN", "OTHER"], Cancelled);
        Assert.Equal(Value, resolved.Values["API_TOKEN"]);
        Assert.Equal(["OTHER"], resolved.Missing);
        Assert.DoesNotContain(Value, resolved.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Value, await host.Http.GetStringAsync("/api/v1/secrets", Cancelled), StringComparison.Ordinal);
        foreach (var file in Directory.EnumerateFiles(host.Settings.DataFolder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock"))
        {
            await using var bytes = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Assert.DoesNotContain(Value, await new StreamReader(bytes).ReadToEndAsync(Cancelled), StringComparison.Ordinal);
        }

        await host.Client.DeleteSecretAsync("API_TOKEN", Cancelled);
        var gone = await Assert.ThrowsAsync<ApiException>(() => host.Client.DeleteSecretAsync("API_TOKEN", Cancelled));
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
    }

    [Theory]
    [InlineData("1BAD", "value")]
    [InlineData("has space", "value")]
    [InlineData("EMPTY", "")]
    [InlineData("NULL", "a\0value")]
    public async Task A_bad_name_or_value_is_refused_without_telling_the_value(string name, string value)
    {
        await using var host = await TestHost.StartAsync(Cancelled);
        using var response = await host.Http.PutAsJsonAsync($"/api/v1/secrets/{Uri.EscapeDataString(name)}", new { value }, Cancelled);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.DoesNotContain("\"value\"", await response.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_is_made_once_and_only_its_owner_can_read_it()
    {
        await using var stores = await OpenAsync(_ => null);
        await stores.Get<SecretService>().SetAsync("A", Value, Cancelled);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(stores.Folder["secrets.key"]));
        var again = new SecretService(stores.Get<SecretStore>(), SecretKey.Load(stores.Folder.Path, _ => null), TimeProvider.System);
        Assert.Equal(Value, (await again.ResolveAsync(["A"], Cancelled)).Values["A"]);
    }

    [Fact]
    public async Task Another_key_can_not_read_what_is_stored_and_says_what_to_do()
    {
        await using var stores = await OpenAsync(_ => null);
        await stores.Get<SecretService>().SetAsync("A", Value, Cancelled);
        var other = SecretKey.Load(stores.Folder.Path, name => name == SecretKey.Variable ? new string('a', 64) : null);
        var service = new SecretService(stores.Get<SecretStore>(), other, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<SecretKeyException>(() => service.ResolveAsync(["A"], Cancelled));
        Assert.Contains("stored under another key", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_value_can_not_be_passed_off_as_another_secrets()
    {
        using var folder = new TestFolder();
        var key = SecretKey.Load(folder.Path, _ => null);
        var stored = key.Encrypt("A", Value);
        Assert.Equal(Value, key.Decrypt("A", stored));
        Assert.Throws<SecretKeyException>(() => key.Decrypt("B", stored));
        stored[^1] ^= 1;
        Assert.Throws<SecretKeyException>(() => key.Decrypt("A", stored));
    }

    [Fact]
    public void A_malformed_key_is_refused_with_the_command_that_makes_one()
    {
        var refused = Assert.Throws<SecretKeyException>(() => SecretKey.Load("/nowhere", name => name == SecretKey.Variable ? "password" : null));
        Assert.Contains("openssl rand -base64 32", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("password", refused.Message, StringComparison.Ordinal);
    }

    private static Task<TestStores> OpenAsync(Func<string, string?> environment) => TestStores.OpenAsync(
        services => services.AddSingleton(provider => SecretKey.Load(provider.GetRequiredService<Twinrunner.Storage.StorageOptions>().DataFolder, environment)).AddSingleton<SecretService>(),
        Cancelled);
}

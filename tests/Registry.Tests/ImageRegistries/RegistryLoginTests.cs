using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Tests.Support;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;
using Twinrunner.TestKit.ImageRegistries;

namespace Twinrunner.Registry.Tests.ImageRegistries;

/// <summary>Passwords and tokens, and where they must not go.</summary>
public sealed class RegistryLoginTests : ImageRegistryTest
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Images.Push(Name, "1.0", "hello");
    }

    [Fact]
    public async Task A_public_image_of_Docker_Hub_is_got_with_a_token_for_anybody_which_serves_until_it_expires()
    {
        Images.UsesTokens = true;

        Assert.True((await InspectAsync("odtp/loader:1.0")).Succeeded);
        Assert.True((await InspectAsync("odtp/loader:1.0")).Succeeded);
        Assert.Single(Images.Requests, IsToken);
        Time.Advance(TimeSpan.FromSeconds(301));
        Assert.True((await InspectAsync("odtp/loader:1.0")).Succeeded);

        Assert.Equal(2, Images.Requests.Count(IsToken));
        var token = Images.Requests.First(IsToken);
        Assert.Equal("/token?scope=repository%3Aodtp%2Floader%3Apull&service=test%2C%20registry", token.Path);
        Assert.Null(token.Authorization);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_private_image_is_got_with_the_stored_login(bool tokens)
    {
        (Images.UsesTokens, Images.Login) = (tokens, "ada:secret");

        var before = await InspectAsync("odtp/loader:1.0");
        await SetLoginAsync("docker.io", "ada", "wrong");
        var wrong = await InspectAsync("odtp/loader:1.0");
        await SetLoginAsync("docker.io", "ada", "secret");
        var after = await InspectAsync("odtp/loader:1.0");

        Assert.Equal((RegistryFailureKind.Denied, RegistryFailureKind.Denied), (before.Failure?.Kind, wrong.Failure?.Kind));
        Assert.Contains("stored login", wrong.Failure!.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", wrong.Failure.Sentence, StringComparison.Ordinal);
        Assert.True(after.Succeeded, after.Failure?.Sentence);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Blobs_that_lie_with_another_host_are_got_without_telling_it_the_login(bool tokens)
    {
        (Images.UsesTokens, Images.Login, Images.RedirectsBlobs) = (tokens, "ada:secret", true);
        await SetLoginAsync("docker.io", "ada", "secret");

        Assert.True((await InspectAsync("odtp/loader:1.0")).Succeeded);

        Assert.Null(Assert.Single(Images.Requests, request => request.Path.StartsWith("/content/", StringComparison.Ordinal)).Authorization);
        Assert.All(Images.Requests.Where(request => request.Path.Contains("/blobs/", StringComparison.Ordinal)), request => Assert.NotNull(request.Authorization));
    }

    [Theory]
    [InlineData("http://auth.example.org/token", "without TLS")]
    [InlineData("https://user:password@auth.example.org/token", "no login is sent")]
    [InlineData("https://169.254.169.254/token", "private network")]
    [InlineData("https://192.168.0.1:1/token", "private network")]
    public async Task No_login_goes_where_it_could_be_read_or_into_a_private_network(string realm, string why)
    {
        (Images.UsesTokens, Images.Login, Images.Realm) = (true, "ada:secret", realm);
        await SetLoginAsync("docker.io", "ada", "secret");

        var answer = await InspectAsync("odtp/loader:1.0");

        Assert.Equal(RegistryFailureKind.Refused, answer.Failure?.Kind);
        Assert.Contains(why, answer.Failure!.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://example.org/token")]
    [InlineData("nonsense")]
    public async Task A_challenge_that_can_t_be_answered_is_a_denial(string realm)
    {
        (Images.UsesTokens, Images.Realm) = (true, realm);

        Assert.Equal(RegistryFailureKind.Denied, (await InspectAsync("odtp/loader:1.0")).Failure?.Kind);
    }

    [Fact]
    public async Task A_redirect_into_a_private_network_or_out_of_TLS_or_in_circles_is_refused()
    {
        foreach (var target in new[] { "http://169.254.169.254/latest/meta-data", "https://10.0.0.1/", "file:///etc/passwd", "http://example.org/", "/v2/again" })
        {
            Images.Misbehave = context =>
            {
                context.Response.Redirect(target);
                return Task.FromResult(true);
            };

            Assert.Equal(RegistryFailureKind.Refused, (await InspectAsync("odtp/loader:1.0")).Failure?.Kind);
        }
    }

    [Fact]
    public async Task Docker_Hub_tells_when_its_tags_were_pushed_page_by_page()
    {
        for (var i = 0; i < 250; i++)
            Images.Push("library/debian", $"1.{i:000}", "hello");

        var all = await ListHubTagsAsync("debian", 1000);
        var some = await ListHubTagsAsync("debian", 120);
        var none = await ListHubTagsAsync("nothing/here", 10);

        Assert.Equal((250, true), (all.Value!.Tags.Count, all.Value.Complete));
        Assert.Equal((120, false), (some.Value!.Tags.Count, some.Value.Complete));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, 123, 456, TimeSpan.Zero), all.Value.Tags[0].PushedAt);
        Assert.True(ContentDigest.IsValid(all.Value.Tags[0].Digest!));
        Assert.Equal(RegistryFailureKind.Missing, none.Failure?.Kind);
        Assert.All(Images.Requests, request => Assert.Null(request.Authorization));
    }

    private Task<RegistryAnswer<PublishedImage>> InspectAsync(string image) => Registry.Get<ImageRegistryClient>().InspectAsync(Parse(image), Token);

    private Task<RegistryAnswer<PublishedTags>> ListHubTagsAsync(string repository, int limit) =>
        Registry.Get<DockerHubClient>().ListTagsAsync(Parse(repository), limit, Token);

    private Task<StoredCredential> SetLoginAsync(string host, string user, string password) =>
        Registry.Get<CredentialService>().SetAsync(CredentialKind.ImageRegistry, host, null, user, password, Token);

    private static bool IsToken((string Method, string Path, string? Authorization) request) => request.Path.StartsWith("/token", StringComparison.Ordinal);
}

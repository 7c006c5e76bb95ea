using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Twinrunner.Client;
using Twinrunner.Runner.Webhooks;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using Twinrunner.TestKit.GitHub;

namespace Twinrunner.Runner.Tests.Webhooks;

public sealed class GitHubWebhookTests : IAsyncLifetime
{
    private const string Secret = "It's a Secret to Everybody", NextSecret = "another one of at least 16";

    private readonly TestGitHubRepository _tool = new(1_296_269, "octo", "Tool");
    private readonly Id<Component> _component = Id<Component>.New(TimeProvider.System);
    private TestHost _host = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync(settings => settings with { GitHubWebhookSecrets = [Secret, NextSecret] }, Token);
        await _host.Get<ComponentSyncStore>().TryInsertAsync(new() { Id = ComponentSync.IdOf(_component), RepositoryKey = "github.com/octo/tool" }, Token);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("push", null)]
    [InlineData("create", null)]
    [InlineData("delete", null)]
    [InlineData("release", "published")]
    [InlineData("registry_package", "published")]
    [InlineData("repository", "archived")]
    public async Task A_delivery_makes_its_components_due(string name, string? action)
    {
        var delivery = name == "push"
            ? TestGitHubDelivery.Push(_tool, "refs/tags/v1.0.0", TestGitHubRepository.Commit("one"))
            : TestGitHubDelivery.About(name, _tool, action);

        Assert.Equal((1, "The repository is looked at now."), await TakeAsync(delivery));
        Assert.NotNull((await _host.Get<ComponentSyncStore>().GetAsync(_component, Token))!.RequestedAt);
    }

    [Fact]
    public async Task A_delivery_counts_once_however_often_it_is_sent_also_after_a_restart()
    {
        var delivery = TestGitHubDelivery.Push(_tool, "refs/heads/main", TestGitHubRepository.Commit("one"));

        Assert.Equal(1, (await TakeAsync(delivery)).Components);
        Assert.Equal((0, "This delivery was taken before."), await TakeAsync(delivery));
        await _host.RestartAsync(Token);
        Assert.Equal((0, "This delivery was taken before."), await TakeAsync(delivery));
        Assert.Equal(1, (await TakeAsync(delivery with { Id = Guid.NewGuid().ToString() })).Components);
    }

    [Fact]
    public async Task A_renamed_and_a_transferred_repository_are_found_by_their_old_address()
    {
        var renamed = TestGitHubDelivery.About("repository", new(1, "octo", "better-tool"), "renamed",
            new JsonObject { ["repository"] = new JsonObject { ["name"] = new JsonObject { ["from"] = "tool" } } });
        var transferred = TestGitHubDelivery.About("repository", new(1, "new-owner", "tool"), "transferred",
            new JsonObject { ["owner"] = new JsonObject { ["from"] = new JsonObject { ["organization"] = new JsonObject { ["login"] = "octo" } } } });

        Assert.Equal(1, (await TakeAsync(renamed)).Components);
        Assert.Equal(1, (await TakeAsync(transferred)).Components);
    }

    [Fact]
    public async Task What_nothing_follows_is_taken_and_does_nothing()
    {
        Assert.Equal((0, "The webhook is set up."), await TakeAsync(TestGitHubDelivery.Ping));
        Assert.Equal((0, "No component comes from this repository."), await TakeAsync(TestGitHubDelivery.About("release", new(2, "octo", "other"), "published")));
        Assert.StartsWith("Nothing follows 'star' here", (await TakeAsync(TestGitHubDelivery.About("star", _tool, "created"))).Message, StringComparison.Ordinal);
        Assert.Equal((0, "No component comes from this repository."), await TakeAsync(new("registry_package", new JsonObject { ["action"] = "published" })));
    }

    [Fact]
    public async Task Both_secrets_hold_while_one_takes_the_place_of_the_other()
    {
        using var response = await SendAsync(TestGitHubDelivery.Ping.Request(Address, NextSecret));

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task A_wrong_signature_a_changed_body_and_none_are_refused()
    {
        var push = TestGitHubDelivery.Push(_tool, "refs/heads/main", TestGitHubRepository.Commit("one"));
        var changed = push.Request(Address, Secret);
        changed.Content = new StringContent(push.Body.ToJsonString() + " ", Encoding.UTF8, "application/json");
        var unsigned = push.Request(Address, Secret);
        unsigned.Headers.Remove("X-Hub-Signature-256");
        var truncated = push.Request(Address, Secret);
        truncated.Headers.Remove("X-Hub-Signature-256");
        truncated.Headers.Add("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e1");

        Assert.Contains("The signature is wrong", await RefusalAsync(push.Request(Address, "not the secret at all"), HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.Contains("The signature is wrong", await RefusalAsync(changed, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.Contains("isn't signed", await RefusalAsync(unsigned, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.Contains("isn't signed", await RefusalAsync(truncated, HttpStatusCode.Unauthorized), StringComparison.Ordinal);
        Assert.Null((await _host.Get<ComponentSyncStore>().GetAsync(_component, Token))!.RequestedAt);
    }

    [Fact]
    public async Task The_signature_of_GitHubs_documentation_is_right()
    {
        // docs.github.com, "Validating webhook deliveries": this secret, this body, this signature.
        var request = TestGitHubDelivery.Ping.Request(Address, Secret);
        request.Content = new StringContent("Hello, World!", Encoding.UTF8, "application/json");
        request.Headers.Remove("X-Hub-Signature-256");
        request.Headers.Add("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
        using var response = await SendAsync(request);

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    [Fact]
    public async Task A_signed_body_that_is_no_delivery_is_refused_and_may_come_again()
    {
        Assert.Contains("not the JSON", await RefusalAsync(new TestGitHubDelivery("push", new JsonObject { ["repository"] = 5 }).Request(Address, Secret), HttpStatusCode.BadRequest), StringComparison.Ordinal);
        var form = TestGitHubDelivery.Ping.Request(Address, Secret);
        form.Content!.Headers.ContentType = new("application/x-www-form-urlencoded");
        Assert.Contains("content type to application/json", await RefusalAsync(form, HttpStatusCode.UnsupportedMediaType), StringComparison.Ordinal);
        Assert.Contains("X-GitHub-Delivery", await RefusalAsync((TestGitHubDelivery.Ping with { Id = "x" }).Request(Address, Secret), HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_may_be_larger_than_other_requests_but_not_endless()
    {
        var push = TestGitHubDelivery.Push(_tool, "refs/heads/main", TestGitHubRepository.Commit("one"));
        push.Body["head_commit"] = new string('x', 6 << 20);
        var endless = TestGitHubDelivery.Push(_tool, "refs/heads/main", TestGitHubRepository.Commit("two"));
        endless.Body["head_commit"] = new string('x', 26 << 20);

        Assert.Equal(1, (await TakeAsync(push)).Components);
        try
        {
            using var response = await SendAsync(endless.Request(Address, Secret));
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
        catch (HttpRequestException exception) when (exception.InnerException is IOException or SocketException)
        {
            // The server closed while the rest was being sent.
        }
    }

    [Fact]
    public async Task Strangers_can_hold_only_a_few_long_bodies_open_and_short_ones_still_come_through()
    {
        var held = new List<TcpClient>();
        try
        {
            for (var i = 0; i < GitHubWebhook.LongBodies; i++)
                held.Add(await HoldLongBodyAsync());
            var push = TestGitHubDelivery.Push(_tool, "refs/heads/main", TestGitHubRepository.Commit("one"));
            push.Body["head_commit"] = new string('x', 1 << 20);

            Assert.Contains("Too many long deliveries", await RefusalAsync(push.Request(Address, Secret), HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
            Assert.Equal(0, (await TakeAsync(TestGitHubDelivery.Ping)).Components);
        }
        finally
        {
            held.ForEach(client => client.Dispose());
        }
    }

    /// <summary>Begins a long body; the server's "100 Continue" says that it waits for the rest.</summary>
    private async Task<TcpClient> HoldLongBodyAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(Address.Host, Address.Port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"""
            POST {Address.PathAndQuery} HTTP/1.1
            Host: {Address.Authority}
            Content-Type: application/json
            Content-Length: 1000000
            Expect: 100-continue
            X-GitHub-Event: push
            X-GitHub-Delivery: {Guid.NewGuid()}
            X-Hub-Signature-256: sha256={new string('0', 64)}


            """.ReplaceLineEndings("\r\n")), Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII, leaveOpen: true);
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(Token));
        return client;
    }

    [Fact]
    public async Task Without_a_secret_no_delivery_is_taken()
    {
        await using var host = await TestHost.StartAsync(Token);
        using var response = await host.Http.SendAsync(TestGitHubDelivery.Ping.Request(new(host.Address, "/api/v1/webhooks/github"), Secret), Token);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("githubWebhookSecretFile", (await response.Content.ReadFromJsonAsync(WireJson.Default.ProblemView, Token))!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_delivery_needs_neither_the_servers_token_nor_a_name_of_this_machine()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { GitHubWebhookSecrets = [Secret], Token = "0123456789abcdef" }, Token);
        var request = TestGitHubDelivery.Ping.Request(new(host.Address, "/api/v1/webhooks/github"), Secret);
        request.Headers.Host = "twin.example.org";
        using var response = await host.Http.SendAsync(request, Token);
        using var other = await host.Http.GetAsync("/api/v1/components", Token);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Unauthorized), (response.StatusCode, other.StatusCode));
    }

    private Uri Address => new(_host.Address, "/api/v1/webhooks/github");

    private async Task<(int Components, string Message)> TakeAsync(TestGitHubDelivery delivery)
    {
        using var response = await SendAsync(delivery.Request(Address, Secret));
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        var view = (await response.Content.ReadFromJsonAsync(WireJson.Default.WebhookView, Token))!;
        return (view.Components, view.Message);
    }

    private async Task<string> RefusalAsync(HttpRequestMessage request, HttpStatusCode status)
    {
        using var response = await SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        return (await response.Content.ReadFromJsonAsync(WireJson.Default.ProblemView, Token))!.Detail!;
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => _host.Http.SendAsync(request, Token);
}

using System.Net;
using System.Net.Http.Headers;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

public sealed class AccessTests
{
    private const string Token = "0123456789abcdef-correct";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("localhost:1", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:80", HttpStatusCode.OK)]
    [InlineData("twin.example", HttpStatusCode.OK)]
    [InlineData("evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("0.0.0.0", HttpStatusCode.Forbidden)]
    public async Task A_name_that_is_not_this_machines_is_refused(string name, HttpStatusCode expected)
    {
        await using var host = await TestHost.StartAsync(settings => settings with { AllowedHosts = ["twin.example"] }, Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/executions");
        request.Headers.Host = name;

        using var response = await host.Http.SendAsync(request, Cancelled);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("Origin", "http://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task A_page_of_another_site_may_change_nothing(string header, string value)
    {
        await using var host = await TestHost.StartAsync(Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users");
        request.Headers.Add(header, value);

        using var response = await host.Http.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_this_server_may_change_things()
    {
        await using var host = await TestHost.StartAsync(Cancelled);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = new StringContent("""{ "displayName": "Ada" }""", new MediaTypeHeaderValue("application/json")) };
        request.Headers.Add("Origin", host.Address.GetLeftPart(UriPartial.Authority));

        using var response = await host.Http.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task With_a_token_set_everything_but_probes_needs_it()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { Token = Token }, Cancelled);

        Assert.Empty((await host.Client.ListUsersAsync(null, null, null, Cancelled)).Items);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/healthz", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await host.Http.GetAsync("/readyz", Cancelled)).StatusCode);
        foreach (var wrong in new[] { "", "Bearer", "Bearer x", $"Bearer {Token}x", $"Basic {Token}", $"Bearer {Token[..^1]}" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/users");
            if (wrong.Length > 0)
                request.Headers.TryAddWithoutValidation("Authorization", wrong);
            using var response = await host.Http.SendAsync(request, Cancelled);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
        }
    }

    [Fact]
    public async Task A_client_without_the_token_is_told_what_it_needs()
    {
        await using var host = await TestHost.StartAsync(settings => settings with { Token = Token }, Cancelled);
        using var client = RunnerClient.Create(host.Address);

        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.ListNodesAsync(null, null, Cancelled));

        Assert.Equal(ProblemTypes.Unauthorized, refusal.Problem.Type);
        Assert.Contains("TWIN_TOKEN", refusal.Message, StringComparison.Ordinal);
    }
}

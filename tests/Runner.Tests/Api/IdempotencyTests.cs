using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

public sealed class IdempotencyTests : IAsyncLifetime
{
    private TestHost _host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(Cancelled);
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer_and_does_nothing()
    {
        using var first = await PostAsync("k1", """{ "displayName": "Ada" }""");
        using var second = await PostAsync("k1", """{ "displayName": "Ada" }""");

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, second.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(Cancelled), await second.Content.ReadAsStringAsync(Cancelled));
        Assert.Equal(first.Headers.Location, second.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.True(second.Headers.Contains("Idempotency-Replayed"));
        Assert.Single((await _host.Client.ListUsersAsync(null, null, null, Cancelled)).Items);
    }

    [Fact]
    public async Task The_answer_survives_a_restart()
    {
        using var first = await PostAsync("k1", """{ "displayName": "Ada" }""");
        await _host.RestartAsync(Cancelled);
        using var second = await PostAsync("k1", """{ "displayName": "Ada" }""");

        Assert.Equal(await first.Content.ReadAsStringAsync(Cancelled), await second.Content.ReadAsStringAsync(Cancelled));
    }

    [Fact]
    public async Task Another_request_with_the_same_key_is_refused()
    {
        using var first = await PostAsync("k1", """{ "displayName": "Ada" }""");
        using var second = await PostAsync("k1", """{ "displayName": "Grace" }""");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
        Assert.Equal(ProblemTypes.IdempotencyKeyReused, (await second.Content.ReadFromJsonAsync(WireJson.Default.ProblemView, Cancelled))!.Type);
    }

    [Fact]
    public async Task A_refused_request_frees_its_key()
    {
        using var refused = await PostAsync("k1", """{ "displayName": "" }""");
        using var corrected = await PostAsync("k1", """{ "displayName": "Ada" }""");

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.Created, corrected.StatusCode);
    }

    [Fact]
    public async Task Of_many_at_once_one_is_done()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync("k1", """{ "displayName": "Ada" }""")));

        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.All(answers, answer => Assert.True(
            answer.StatusCode is HttpStatusCode.Created || (answer.StatusCode == HttpStatusCode.Conflict && answer.Headers.RetryAfter is not null),
            answer.ToString()));
        Assert.Single((await _host.Client.ListUsersAsync(null, null, null, Cancelled)).Items);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    public async Task A_key_that_is_none_is_refused(string key)
    {
        using var response = await PostAsync(key, """{ "displayName": "Ada" }""");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<HttpResponseMessage> PostAsync(string key, string json)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = new StringContent(json, new MediaTypeHeaderValue("application/json")) };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await _host.Http.SendAsync(request, Cancelled);
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

public sealed class ProblemTests(SharedHost shared) : IClassFixture<SharedHost>
{
    private static readonly string SomeId = new('a', 24);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound, ProblemTypes.NotFound, "/openapi.json")]
    [InlineData("GET", "/api/v1/executions/zzz", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "id: 'zzz' is not valid: expected an id of 24 hexadecimal digits.")]
    [InlineData("GET", "/api/v1/executions?limit=0", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "limit is 0: expected 1 to 500.")]
    [InlineData("GET", "/api/v1/executions?limit=many", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "limit: 'many' is not valid: expected a whole number.")]
    [InlineData("GET", "/api/v1/executions?status=Sleeping", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "expected one of Queued, Running")]
    [InlineData("GET", "/api/v1/executions?status=99", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "expected one of Queued, Running")]
    [InlineData("GET", "/api/v1/executions?after=%00", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "after: ")]
    [InlineData("GET", "/api/v1/executions?label=x", HttpStatusCode.BadRequest, ProblemTypes.InvalidRequest, "label: expected name=value.")]
    [InlineData("DELETE", "/api/v1/users", HttpStatusCode.MethodNotAllowed, ProblemTypes.MethodNotAllowed, "DELETE is not possible at /api/v1/users: GET, POST is.")]
    public async Task What_is_wrong_with_an_address_is_said(string method, string path, HttpStatusCode status, string type, string detail)
    {
        var problem = await ProblemAsync(new(new HttpMethod(method), path), status);

        Assert.Equal(type, problem.Type);
        Assert.Contains(detail, problem.Detail, StringComparison.Ordinal);
        Assert.NotNull(problem.TraceId);
    }

    [Fact]
    public async Task All_faulty_parameters_are_said_at_once()
    {
        var problem = await ProblemAsync(new(HttpMethod.Get, "/api/v1/executions/zzz/steps?limit=many&after=x"), HttpStatusCode.BadRequest);

        Assert.Equal(["id", "after", "limit"], problem.Faults!.Select(fault => fault.Where));
    }

    [Theory]
    [InlineData("executions")]
    [InlineData("steps")]
    [InlineData("users")]
    [InlineData("digital-twins")]
    [InlineData("nodes")]
    public async Task An_unknown_id_is_not_found(string collection)
    {
        var problem = await ProblemAsync(new(HttpMethod.Get, $"/api/v1/{collection}/{SomeId}"), HttpStatusCode.NotFound);

        Assert.Equal(ProblemTypes.NotFound, problem.Type);
        Assert.Contains(SomeId, problem.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n  \"displayName\": \"x\",\n  \"nick\": 1 }", 3, "the member 'nick'")]
    [InlineData("{\n  \"displayName\": 7 }", 2, "displayName")]
    [InlineData("{ \"displayName\": \"x\", \"displayName\": \"y\" }", 1, "displayName")]
    [InlineData("{ \"displayName\": null }", 1, "displayName")]
    [InlineData("{ \"displayName\" ", 1, "")]
    [InlineData("{}", 1, "displayName")]
    [InlineData("[]", 1, "")]
    [InlineData("not JSON", 1, "")]
    public async Task Broken_JSON_is_answered_with_its_place_and_without_our_types(string json, int line, string mention)
    {
        var problem = await ProblemAsync(Post("/api/v1/users", json), HttpStatusCode.BadRequest);

        Assert.Equal(ProblemTypes.InvalidRequest, problem.Type);
        var fault = Assert.Single(problem.Faults!);
        Assert.Equal(line, fault.Line);
        Assert.Contains(mention, problem.Detail + fault.Where, StringComparison.Ordinal);
        Assert.DoesNotContain("Twinrunner", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_body_is_said_to_be_missing()
    {
        var problem = await ProblemAsync(Post("/api/v1/users", ""), HttpStatusCode.BadRequest);

        Assert.Equal(ProblemTypes.InvalidRequest, problem.Type);
    }

    [Fact]
    public async Task Deep_nesting_is_refused()
    {
        var problem = await ProblemAsync(Post("/api/v1/users", new string('[', 10_000)), HttpStatusCode.BadRequest);

        Assert.Equal(ProblemTypes.InvalidRequest, problem.Type);
    }

    [Fact]
    public async Task A_body_of_another_type_is_refused()
    {
        var request = Post("/api/v1/users", "displayName=x");
        request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");

        Assert.Equal(ProblemTypes.UnsupportedMediaType, (await ProblemAsync(request, HttpStatusCode.UnsupportedMediaType)).Type);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_huge_body_is_refused_whether_or_not_it_says_its_length(bool chunked)
    {
        await using var host = await TestHost.StartAsync(settings => settings with { MaxRequestBytes = 10_000 }, Cancelled);
        var request = Post("/api/v1/users", $$"""{ "displayName": "{{new string('x', 20_000)}}" }""");
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await host.Http.SendAsync(request, Cancelled);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal(ProblemTypes.TooLarge, (await response.Content.ReadFromJsonAsync(WireJson.Default.ProblemView, Cancelled))!.Type);
    }

    private static HttpRequestMessage Post(string path, string json) =>
        new(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    private async Task<ProblemView> ProblemAsync(HttpRequestMessage request, HttpStatusCode status)
    {
        using (request)
        {
            using var response = await shared.Host.Http.SendAsync(request, Cancelled);
            var body = await response.Content.ReadAsStringAsync(Cancelled);
            Assert.True(status == response.StatusCode, $"{response.StatusCode}: {body}");
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            return System.Text.Json.JsonSerializer.Deserialize(body, WireJson.Default.ProblemView)!;
        }
    }
}

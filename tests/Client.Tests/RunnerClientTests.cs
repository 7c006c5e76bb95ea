using System.Net;

namespace Twinrunner.Client.Tests;

public sealed class RunnerClientTests : IDisposable
{
    private readonly ScriptedServer _server = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_problem_is_an_exception_with_its_faults()
    {
        _server.Answers(HttpStatusCode.UnprocessableEntity, """
            {"type":"urn:twinrunner:problem:invalid-workflow","detail":"The workflow has 1 fault.","status":422,"new":"member",
             "faults":[{"line":3,"column":5,"where":"steps.a","message":"has no image","hint":"add image:"}]}
            """, "application/problem+json");
        using var client = _server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.SubmitAsync(new() { Spec = "steps: []" }, Cancelled, "key"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Status);
        Assert.Equal("The workflow has 1 fault.", refusal.Message);
        Assert.Equal(new FaultView(3, 5, "steps.a", "has no image", "add image:"), Assert.Single(refusal.Faults));
        Assert.Equal(("POST", "/prefix/api/v1/executions", null, "key"), Assert.Single(_server.Asked));
    }

    [Theory]
    [InlineData("<html>502</html>", "text/html")]
    [InlineData("{ broken", "application/json")]
    [InlineData("", "application/problem+json")]
    public async Task Somebody_elses_error_page_is_an_exception_with_its_status(string body, string type)
    {
        _server.Answers(HttpStatusCode.BadGateway, body, type);
        using var client = _server.Client();

        var refusal = await Assert.ThrowsAsync<ApiException>(() => client.ListNodesAsync(null, null, Cancelled));

        Assert.Equal(HttpStatusCode.BadGateway, refusal.Status);
        Assert.Contains("502", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>login</html>")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task What_is_no_server_of_ours_is_told_apart(string body)
    {
        _server.Answers(HttpStatusCode.OK, body);
        using var client = _server.Client();

        var failure = await Assert.ThrowsAsync<ApiException>(() => client.GetExecutionAsync(new string('a', 24), Cancelled));

        Assert.Contains("no Twinrunner server", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_servers_own_not_found_means_that_there_is_no_such_thing()
    {
        _server.Answers(HttpStatusCode.NotFound, $$"""{"type":"{{ProblemTypes.NotFound}}"}""", "application/problem+json").Answers(HttpStatusCode.NotFound, "nginx", "text/html");
        using var client = _server.Client();

        Assert.Null(await client.FindNodeAsync(new string('a', 24), Cancelled));
        await Assert.ThrowsAsync<ApiException>(() => client.FindNodeAsync(new string('a', 24), Cancelled));
    }

    [Theory]
    [InlineData("../users", "/prefix/api/v1/executions/..%2Fusers")]
    [InlineData("..", "/prefix/api/v1/executions/-")]
    [InlineData("a?b#c", "/prefix/api/v1/executions/a%3Fb%23c")]
    public async Task No_id_leads_to_another_address(string id, string path)
    {
        _server.Answers(HttpStatusCode.NotFound, $$"""{"type":"{{ProblemTypes.NotFound}}"}""", "application/problem+json");
        using var client = _server.Client();

        await client.FindExecutionAsync(id, Cancelled);

        Assert.Equal(path, Assert.Single(_server.Asked).Path);
    }

    [Fact]
    public async Task Members_that_are_left_out_have_their_defaults_and_unknown_ones_are_ignored()
    {
        var execution = """
            {"id":"a","href":"/a","title":"t","status":"Running","stepCount":1,"createdAt":"2026-01-01T00:00:00Z","stepsHref":"/s","eventsHref":"/e","later":{"x":1}}
            """;
        _server.Answers(HttpStatusCode.OK, execution);
        using var client = _server.Client();

        var view = await client.GetExecutionAsync("a", Cancelled);

        Assert.Empty(view.Labels);
        Assert.Empty(view.StepCounts);
        Assert.Empty(view.Parameters);
        Assert.Equal("", view.Description);
    }

    [Fact]
    public async Task The_callers_own_cancellation_is_no_fault_of_the_server()
    {
        using var client = _server.Client();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.ListNodesAsync(null, null, cancelled.Token));
    }

    [Fact]
    public async Task All_steps_are_read_page_by_page()
    {
        _server.Answers(HttpStatusCode.OK, """{"items":[],"next":"b"}""").Answers(HttpStatusCode.OK, """{"items":[]}""");
        using var client = _server.Client();

        await foreach (var _ in client.AllStepsAsync("a", Cancelled))
            Assert.Fail("there are none");

        Assert.Equal(["/prefix/api/v1/executions/a/steps?limit=500", "/prefix/api/v1/executions/a/steps?after=b&limit=500"], _server.Asked.Select(asked => asked.Path));
    }
}

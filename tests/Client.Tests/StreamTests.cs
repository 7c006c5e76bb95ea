using System.Net;

namespace Twinrunner.Client.Tests;

public sealed class StreamTests : IDisposable
{
    private const string End = "event: end\ndata: {\"reason\":\"done\"}\n\n";

    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_broken_stream_goes_on_after_the_last_whole_event()
    {
        _server.Streams(Event(1) + Event(2) + "id: 00000000000000000000000").Streams(Event(3) + End);

        Assert.Equal([Id(1), Id(2), Id(3)], await FollowAsync());
        Assert.Equal([null, Id(2)], _server.Asked.Select(asked => asked.LastEventId));
    }

    [Fact]
    public async Task A_stream_starts_after_the_event_that_is_known()
    {
        _server.Streams(End);

        Assert.Empty(await FollowAsync(after: Id(7)));
        Assert.Equal(Id(7), Assert.Single(_server.Asked).LastEventId);
    }

    [Fact]
    public async Task A_server_that_restarts_is_waited_for()
    {
        _server.Streams(Event(1)).Is(unreachable: true, times: 3).Answers(HttpStatusCode.ServiceUnavailable, "starting", "text/plain").Streams(Event(2) + End);

        Assert.Equal([Id(1), Id(2)], await FollowAsync());
        Assert.Equal(6, _server.Asked.Count);
    }

    [Fact]
    public async Task Patience_with_a_server_that_is_gone_has_an_end()
    {
        _server.Streams(Event(1));

        await Assert.ThrowsAsync<ServerUnreachableException>(() => FollowAsync());

        Assert.InRange(_server.Asked.Count, 10, 100);
    }

    [Fact]
    public async Task A_server_that_is_not_there_from_the_first_is_said_to_be_unreachable_at_once()
    {
        var failure = await Assert.ThrowsAsync<ServerUnreachableException>(() => FollowAsync());

        Assert.Single(_server.Asked);
        Assert.Equal(new Uri("http://server.test/prefix"), failure.Address);
    }

    [Fact]
    public async Task A_stream_that_is_refused_is_not_asked_for_again()
    {
        _server.Streams(Event(1)).Answers(HttpStatusCode.NotFound, $$"""{"type":"{{ProblemTypes.NotFound}}","detail":"gone"}""", "application/problem+json");

        var refusal = await Assert.ThrowsAsync<ApiException>(() => FollowAsync());

        Assert.Equal("gone", refusal.Message);
        Assert.Equal(2, _server.Asked.Count);
    }

    [Fact]
    public async Task Silence_longer_than_a_heartbeat_is_a_broken_stream()
    {
        _server.Streams(Event(1), thenSilence: true).Streams(Event(2) + End);
        using var client = _server.Client(options => options with { StreamSilence = TimeSpan.FromSeconds(5) });

        Assert.Equal([Id(1), Id(2)], await FollowAsync(client));
    }

    [Fact]
    public async Task Heartbeats_are_nothing_that_happened()
    {
        _server.Streams(":\n\n" + Event(1) + ":\n\n:\n\n" + End);

        Assert.Equal([Id(1)], await FollowAsync());
    }

    private static string Id(int number) => $"{number:x24}";

    private static string Event(int number) =>
        $"id: {Id(number)}\ndata: {{\"id\":\"{Id(number)}\",\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"step.running\"}}\n\n";

    private async Task<List<string>> FollowAsync(RunnerClient? client = null, string? after = null)
    {
        using var own = client is null ? _server.Client() : null;
        var ids = new List<string>();
        await foreach (var (id, happened) in (client ?? own!).FollowEventsAsync(Id(99), after, TestContext.Current.CancellationToken))
        {
            Assert.Equal(id, happened.Id);
            ids.Add(happened.Id);
        }
        return ids;
    }
}

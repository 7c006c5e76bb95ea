using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Tests.Kubernetes;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>How often a log is read, which each step costs the API server.</summary>
public sealed class PodLogTests : IAsyncLifetime
{
    private const string First = "2026-01-01T00:00:01Z first\n", Second = "2026-01-01T00:00:02Z second\n";

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingSink _sink = new();
    private StandInApi _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await StandInApi.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_log_that_was_followed_beyond_the_end_of_its_container_is_read_once()
    {
        _server.AnswersAfter(_ended.Task, First + Second);
        await ReadAsync(endsAfter: Task.CompletedTask);
        Assert.Equal(("first\nsecond\n", 1), (_sink.StdoutText, _server.Asked.Count));
    }

    [Fact]
    public async Task A_log_whose_container_had_ended_before_it_was_followed_is_read_once()
    {
        _server.Answers(200, First + Second);
        _ended.SetResult();
        await ReadAsync(endsAfter: Task.CompletedTask);
        Assert.Equal(("first\nsecond\n", 1), (_sink.StdoutText, _server.Asked.Count));
        Assert.DoesNotContain("follow", _server.Asked.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_ended_before_its_container_did_is_not_taken_for_the_whole()
    {
        _server.Answers(200, First).Answers(200, First + Second);
        await ReadAsync(endsAfter: _sink.WaitAsync(sink => sink.Stdout.Length > 0, Cancel));
        Assert.Equal(("first\nsecond\n", 2), (_sink.StdoutText, _server.Asked.Count));
    }

    [Fact]
    public async Task A_log_that_its_node_may_have_rotated_is_read_again()
    {
        var much = $"2026-01-01T00:00:01Z {new string('a', 100_000)}\n";
        _server.AnswersAfter(_ended.Task, much).Answers(200, much + Second);
        await ReadAsync(endsAfter: Task.CompletedTask);
        Assert.EndsWith("a\nsecond\n", _sink.StdoutText, StringComparison.Ordinal);
        Assert.Equal(2, _server.Asked.Count);
    }

    private async Task ReadAsync(Task endsAfter)
    {
        using var api = _server.Client();
        var log = new PodLog(api, "n", "p", new(0, null), _sink, null, TimeProvider.System);
        var following = log.FollowAsync(_ended.Task, Cancel);
        await endsAfter;
        _ended.TrySetResult();
        await following;
        await log.CompleteAsync(Cancel);
    }
}

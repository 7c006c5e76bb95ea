using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Runner.Tests.Kubernetes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>When an attempt whose outputs a helper takes is over.</summary>
public sealed class CollectingTests : IAsyncLifetime
{
    private static readonly StepPlan Plan = new() { Key = new(Id<Step>.New(TimeProvider.System), 1), Execution = Id<Execution>.New(TimeProvider.System), StepName = "s" };

    private readonly TaskCompletionSource _stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingSink _sink = new();
    private StandInApi _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = (await StandInApi.StartAsync(Cancel)).Answers(404, "").Answers(200, "");

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task It_ends_when_our_API_was_told_and_not_when_the_node_tells_of_the_helper()
    {
        var result = await FollowAsync(_ => _stored.SetResult());
        Assert.True(result.Succeeded, result.Message);
    }

    [Fact]
    public async Task It_ends_with_a_helper_that_could_not_store_what_was_left()
    {
        var result = await FollowAsync(watch => watch.Changed(PodWith(new() { Terminated = new() { ExitCode = 1, Message = "no room" } }), gone: false));
        Assert.Equal(FailureReason.OutputUpload, result.Reason);
        Assert.Contains("no room", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_not_over_before_either_of_them()
    {
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FollowAsync(_ => letGo.Cancel(), letGo.Token));
    }

    /// <param name="whenCollecting">What happens when the step itself has ended.</param>
    private async Task<StepResult> FollowAsync(Action<AttemptWatch> whenCollecting, CancellationToken? letGo = null)
    {
        using var api = _server.Client();
        var options = new KubernetesExecutorOptions
        {
            Installation = "here",
            Namespace = "n",
            Helpers = new("twinrunner:1", new("http://api"), _ => "token", (_, cancellationToken) => _stored.Task.WaitAsync(cancellationToken)),
        };
        using var view = new ClusterView(api, "n", "here", TimeProvider.System, NullLogger.Instance);
        using var watch = new AttemptWatch(view, Plan.Key.Name);
        watch.Changed(PodWith(new() { Running = new(TimeProvider.System.GetUtcNow()) }), gone: false);
        var following = new AttemptFollower(api, options, watch, Plan, _sink, TimeProvider.System).FollowAsync(LogMark.Parse(default), letGo ?? Cancel);
        await _sink.WaitAsync(sink => sink.IsCollecting, Cancel);
        whenCollecting(watch);
        return await following;
    }

    private static Pod PodWith(ContainerState helper) => new()
    {
        Metadata = new() { Name = "pod", Uid = "u" },
        Spec = new() { Containers = [new() { Name = JobPlan.StepContainer, Image = "i" }, new() { Name = JobPlan.OutputsContainer, Image = "i" }] },
        Status = new()
        {
            ContainerStatuses =
            [
                new() { Name = JobPlan.StepContainer, State = new() { Terminated = new() { StartedAt = TimeProvider.System.GetUtcNow(), FinishedAt = TimeProvider.System.GetUtcNow() } } },
                new() { Name = JobPlan.OutputsContainer, State = helper },
            ],
        },
    };
}

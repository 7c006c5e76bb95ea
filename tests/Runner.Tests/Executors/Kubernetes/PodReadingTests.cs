using System.Text.Json;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>What clusters say, and what it means for an attempt.</summary>
public sealed class PodReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("ErrImagePull", FailureReason.ImagePull, false)]
    [InlineData("ImagePullBackOff", FailureReason.ImagePull, false)]
    [InlineData("InvalidImageName", FailureReason.ImagePull, true)]
    [InlineData("ErrImageNeverPull", FailureReason.ImagePull, true)]
    [InlineData("CreateContainerConfigError", FailureReason.Infrastructure, false)]
    [InlineData("CreateContainerError", FailureReason.Infrastructure, false)]
    public void A_container_that_waits_in_vain_says_why(string said, FailureReason reason, bool hopeless)
    {
        var waiting = Assert.IsType<PodReading.Waiting>(Read($$"""{"status":{"containerStatuses":[{"name":"step","state":{"waiting":{"reason":"{{said}}","message":"because"} } }]} }"""));
        Assert.Equal((reason, hopeless), (waiting.Verdict!.Reason!.Value, waiting.Hopeless));
        Assert.Contains("because", waiting.Verdict.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_that_wants_root_is_hopeless()
    {
        var waiting = Assert.IsType<PodReading.Waiting>(Read(
            """{"status":{"containerStatuses":[{"name":"step","state":{"waiting":{"reason":"CreateContainerConfigError","message":"container has runAsNonRoot and image will run as root"}}}]}}"""));
        Assert.True(waiting.Hopeless);
        Assert.Equal(FailureReason.Unschedulable, waiting.Verdict!.Reason);
    }

    [Fact]
    public void A_pod_without_a_node_waits_with_a_verdict()
    {
        var waiting = Assert.IsType<PodReading.Waiting>(Read("""{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes: insufficient cpu"}]}}"""));
        Assert.Equal(FailureReason.Unschedulable, waiting.Verdict!.Reason);
    }

    [Theory]
    [InlineData("""{"exitCode":137,"reason":"OOMKilled","startedAt":"2026-01-01T11:00:00Z"}""", FailureReason.OutOfMemory, 137)]
    [InlineData("""{"exitCode":3,"reason":"Error","startedAt":"2026-01-01T11:00:00Z"}""", FailureReason.ExitCode, 3)]
    [InlineData("""{"exitCode":128,"reason":"StartError","message":"exec: no such file or directory: unknown"}""", FailureReason.ExitCode, 127)]
    [InlineData("""{"exitCode":128,"reason":"StartError","message":"exec format error"}""", FailureReason.ExitCode, 126)]
    [InlineData("""{"exitCode":0,"reason":"Completed","startedAt":"2026-01-01T11:00:00Z"}""", null, 0)]
    public void An_end_is_told_by_its_code_and_reason(string end, FailureReason? reason, int code)
    {
        var ended = Assert.IsType<PodReading.Ended>(Read($$"""{"status":{"containerStatuses":[{"name":"step","state":{"terminated":{{end}} } }]} }"""));
        Assert.Equal((reason, code), (ended.Result.Reason, ended.Result.ExitCode));
    }

    [Theory]
    [InlineData("""{"status":{"phase":"Failed","reason":"Evicted","message":"The node was low on resource"}}""", FailureReason.Evicted)]
    [InlineData("""{"status":{"phase":"Failed","reason":"NodeLost"}}""", FailureReason.Infrastructure)]
    [InlineData("""{"status":{"phase":"Failed","reason":"DeadlineExceeded"}}""", FailureReason.TimedOut)]
    [InlineData("""{"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":"PreemptionByScheduler"}],"containerStatuses":[{"name":"step","state":{"terminated":{"exitCode":137}}}]}}""", FailureReason.Evicted)]
    [InlineData("""{"metadata":{"deletionTimestamp":"2026-01-01T11:59:00Z"},"status":{"containerStatuses":[{"name":"step","state":{"running":{}}}]}}""", FailureReason.Infrastructure)]
    [InlineData("""{"status":{"phase":"Pending","initContainerStatuses":[{"name":"inputs","state":{"terminated":{"exitCode":1,"message":"the store is away"}}}]}}""", FailureReason.Infrastructure)]
    public void A_pod_that_was_taken_away_is_lost(string pod, FailureReason reason) =>
        Assert.Equal(reason, Assert.IsType<PodReading.Lost>(Read(pod)).Result.Reason);

    [Fact]
    public void What_was_deleted_is_never_a_success()
    {
        Assert.Equal(FailureReason.Infrastructure, Lost(new(new Job(), null, JobGone: true)).Reason);
        var running = Pod("""{"status":{"containerStatuses":[{"name":"step","state":{"running":{}}}]}}""");
        Assert.Contains("Job was deleted", Lost(new(new Job(), running, JobGone: true, PodGone: true)).Message, StringComparison.Ordinal);
        var stopped = new Job { Spec = new() { Parallelism = 0 } };
        Assert.Equal(FailureReason.Infrastructure, Lost(new(stopped, null)).Reason);
        static Twinrunner.Runner.Executors.StepResult Lost(AttemptState state) => Assert.IsType<PodReading.Lost>(PodReading.Of(state, null, Now)).Result;
    }

    [Fact]
    public void An_end_that_was_seen_counts_although_the_pod_is_gone()
    {
        var ended = Pod("""{"status":{"containerStatuses":[{"name":"step","state":{"terminated":{"exitCode":0,"startedAt":"2026-01-01T11:00:00Z"}}}]}}""");
        Assert.True(Assert.IsType<PodReading.Ended>(PodReading.Of(new(new Job(), ended, JobGone: true, PodGone: true), null, Now)).Result.Succeeded);
    }

    private static PodReading Read(string pod) => PodReading.Of(new(new Job(), Pod(pod)), null, Now);

    private static Pod Pod(string json) => JsonSerializer.Deserialize(json, KubernetesJson.Default.Pod)!;
}

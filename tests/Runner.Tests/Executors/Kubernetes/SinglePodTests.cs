using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>An attempt is one pod, whatever is done to it on a real cluster.</summary>
public sealed class SinglePodTests : IAsyncLifetime
{
    private readonly KubernetesRig _cluster = new();
    private readonly StepRig _rig = new();
    private KubernetesExecutor _executor = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _rig.Image = await TestCluster.EnsureImageAsync(Cancel);
        _rig.Executor = _executor = Open();
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _executor?.Dispose();
    }

    [Fact]
    public async Task A_pod_that_is_deleted_by_hand_fails_its_attempt_and_no_other_one_launches_it_again()
    {
        var (plan, sink, running) = await LaunchAsync();
        await DeletePodAsync(sink.Handle!);
        var result = await running;
        Assert.Equal(FailureReason.Infrastructure, result!.Reason);
        Assert.Contains("deleted", result.Message, StringComparison.Ordinal);
        await _executor.RemoveAsync(plan.Key, Cancel);
        Assert.Single(LaunchesOf(plan));
    }

    [Fact]
    public async Task A_pod_that_is_deleted_while_no_runner_looks_is_not_replaced_by_one_that_runs()
    {
        var (plan, sink, running) = await LaunchAsync(letGo: true);
        Assert.Null(await running);
        await DeletePodAsync(sink.Handle!);
        using var another = Open();
        var result = await another.AttachAsync(plan, sink.Position, new RecordingSink(), Cancel);
        Assert.Equal(FailureReason.Infrastructure, result!.Reason);
        Assert.Single(LaunchesOf(plan));
    }

    [Fact]
    public async Task Values_of_the_environment_leave_the_cluster_when_the_step_runs()
    {
        var (plan, _, running) = await LaunchAsync();
        using var api = _cluster.OpenApi();
        while (await api.FindAsync(ResourceKinds.Secrets, "default", plan.Key.Name, Cancel) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, Cancel);
        await _executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await running;
    }

    [Fact]
    public async Task What_a_step_serves_has_an_Ingress_as_long_as_its_Job_is_there()
    {
        var ingress = new StepIngress("{step}-{execution}.lab.example", "nginx", "wildcard", new Dictionary<string, string> { ["note"] = "a" });
        using var executor = _cluster.Open("test-" + _rig.Execution, new(null, _rig.Root, _rig.Root), options => options with
        {
            Policies = new() { Defaults = new() { Ingress = ingress } },
        });
        var plan = _rig.Shell("echo serving; while :; do sleep 1; done") with { Ports = [new(8080, null, null, "tcp")] };
        var sink = new RecordingSink();
        var running = executor.RunAsync(plan, sink, Cancel);
        await sink.WaitAsync(told => told.Stdout.Length > 0, Cancel);
        using var api = _cluster.OpenApi();
        var taken = await api.FindAsync(ResourceKinds.Ingresses, "default", plan.Key.Name, Cancel);
        var host = $"{plan.StepName}-{plan.Execution}.lab.example";
        Assert.Equal((host, "nginx", "wildcard"), (taken!.Spec!.Rules[0].Host, taken.Spec.IngressClassName, taken.Spec.Tls![0].SecretName));
        Assert.Equal((plan.Key.Name, 8080), (taken.Spec.Rules[0].Http.Paths[0].Backend.Service.Name, taken.Spec.Rules[0].Http.Paths[0].Backend.Service.Port.Number));
        await executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await running;
        await executor.RemoveAsync(plan.Key, Cancel);
        while (await api.FindAsync(ResourceKinds.Ingresses, "default", plan.Key.Name, Cancel) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel);
    }

    private KubernetesExecutor Open() => _cluster.Open("test-" + _rig.Execution, new(null, _rig.Root, _rig.Root));

    /// <summary>Starts a step that notes its launch, says so, and doesn't want to end.</summary>
    /// <param name="letGo">Nobody follows it any more when it runs; its result is null then.</param>
    private async Task<(StepPlan Plan, RecordingSink Sink, Task<StepResult?> Running)> LaunchAsync(bool letGo = false)
    {
        var plan = _rig.Shell("trap '' TERM; mktemp \"$ODTP_OUTPUT/XXXXXX\"; while :; do sleep 1; done") with { Grace = TimeSpan.FromSeconds(4) };
        var sink = new RecordingSink();
        using var following = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = RunAsync(following.Token);
        await sink.WaitAsync(told => told.Stdout.Length > 0, Cancel);
        if (letGo)
            await following.CancelAsync();
        return (plan, sink, running);

        async Task<StepResult?> RunAsync(CancellationToken followed)
        {
            try
            {
                return await _executor.RunAsync(plan, sink, followed);
            }
            catch (OperationCanceledException) when (letGo && !Cancel.IsCancellationRequested)
            {
                return null;
            }
        }
    }

    private async Task DeletePodAsync(string name)
    {
        using var api = _cluster.OpenApi();
        Assert.True(await api.TryDeleteAsync(ResourceKinds.Pods, "default", name, null, Cancel));
        while (await api.FindAsync(ResourceKinds.Pods, "default", name, Cancel) is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Cancel);
    }

    private static string[] LaunchesOf(StepPlan plan) => Directory.GetFiles(plan.Folders!.Output);
}

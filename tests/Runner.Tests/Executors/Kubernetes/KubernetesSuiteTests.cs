using Twinrunner.Runner.Executors;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>The suite on a real cluster, with files on a volume that the node and this process share.</summary>
public sealed class KubernetesSuiteTests : ExecutorSuite
{
    private readonly KubernetesRig _cluster = new();

    protected override bool KeepsStreamsApart => false;

    /// <summary>More than 10 MiB with all times is rotated by the node while it is read, and kubelets lose lines there.</summary>
    protected override int ManyBytes => 1_000_000;

    protected override async Task<IStepExecutor> OpenAsync()
    {
        Rig.Image = await TestCluster.EnsureImageAsync(Cancel);
        return _cluster.Open("test-" + Rig.Execution, new(null, Rig.Root, Rig.Root));
    }
}

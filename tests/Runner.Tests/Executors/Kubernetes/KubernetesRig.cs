using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

/// <summary>Opens clients and executors of the test cluster.</summary>
internal sealed class KubernetesRig
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public KubernetesApi OpenApi() => new(
        ClusterAccess.Find(TestCluster.Kubeconfig, null, _ => null, TimeProvider.System), new() { RequestsPerSecond = 500 },
        new(_services.GetRequiredService<IMeterFactory>()), TimeProvider.System);

    public KubernetesExecutor Open(string installation, SharedVolume shared, Func<KubernetesExecutorOptions, KubernetesExecutorOptions>? change = null)
    {
        var options = new KubernetesExecutorOptions { Installation = installation, Namespace = "default", Shared = shared, Patience = TimeSpan.FromSeconds(10) };
        return new(OpenApi(), change?.Invoke(options) ?? options, TimeProvider.System, NullLogger<KubernetesExecutor>.Instance);
    }
}

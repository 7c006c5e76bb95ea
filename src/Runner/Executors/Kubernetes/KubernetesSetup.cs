using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Access;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>Registers a cluster as the place where steps run.</summary>
internal static class KubernetesSetup
{
    /// <param name="options">Made when it is needed: it may take a key that is read then.</param>
    public static IServiceCollection AddKubernetes(this IServiceCollection services, ClusterAccess access, Func<IServiceProvider, KubernetesExecutorOptions> options) => services
        .AddSingleton<KubernetesMeters>()
        .AddSingleton(provider => new KubernetesApi(access, new(), provider.GetRequiredService<KubernetesMeters>(), provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IStepExecutor>(provider => new KubernetesExecutor(
            provider.GetRequiredService<KubernetesApi>(), options(provider), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<KubernetesExecutor>>()));
}

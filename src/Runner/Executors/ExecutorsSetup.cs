using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Executors.Processes;

namespace Twinrunner.Runner.Executors;

/// <summary>Registers the container engine's client and the executors that the operator allows.</summary>
public static class ExecutorsSetup
{
    public static IServiceCollection AddExecutors(this IServiceCollection services, ExecutorOptions options)
    {
        services.AddSingleton(options.Docker);
        services.AddSingleton(_ => new DockerEngine(options.Engine));
        if (options.RunsContainers)
            services.AddSingleton<IStepExecutor, DockerExecutor>();
        if (options.Process is { } process)
        {
            services.AddSingleton(process);
            services.AddSingleton<IStepExecutor, ProcessExecutor>();
        }
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Runner.Outputs;

public static class OutputsSetup
{
    public static IServiceCollection AddOutputs(this IServiceCollection services) => services
        .AddSingleton<WorkFolders>()
        .AddSingleton<InputResolver>()
        .AddSingleton<InputStager>()
        .AddSingleton<OutputCollector>()
        .AddSingleton<OutputAliases>();
}

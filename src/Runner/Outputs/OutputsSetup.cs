using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Outputs;

public static class OutputsSetup
{
    public static IServiceCollection AddOutputs(this IServiceCollection services, OutputOptions? options = null)
    {
        services.TryAddSingleton(options ?? new OutputOptions());
        return services
            .AddSingleton<WorkFolders>()
            .AddSingleton<ManifestReader>()
            .AddSingleton<InputResolver>()
            .AddSingleton<InputCache>()
            .AddSingleton<InputStager>()
            .AddSingleton<IOutputRecords>(provider => provider.GetRequiredService<OutputStore>())
            .AddSingleton<OutputCollector>()
            .AddSingleton<OutputAliases>();
    }
}

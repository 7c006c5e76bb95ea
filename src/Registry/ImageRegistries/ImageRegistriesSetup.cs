using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.Images.Links;

namespace Twinrunner.Registry.ImageRegistries;

internal static class ImageRegistriesSetup
{
    public static IServiceCollection AddImageRegistries(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddLogging();
        services.AddSingleton<RegistryHttp>();
        services.AddSingleton<PullLimits>();
        services.AddSingleton(provider => new ImageRegistryClient(new RegistrySession(
            provider.GetRequiredService<RegistryHttp>(),
            provider.GetRequiredService<CredentialService>(),
            provider.GetRequiredService<PullLimits>(),
            provider.GetRequiredService<RegistryOptions>(),
            provider.GetRequiredService<TimeProvider>())));
        services.AddSingleton(provider => new DockerHubClient(
            provider.GetRequiredService<RegistryHttp>(),
            provider.GetRequiredService<PullLimits>(),
            provider.GetRequiredService<RegistryOptions>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ImageTagLists>();
        services.AddSingleton<ImageLinker>();
        services.AddSingleton<HandLinks>();
        return services;
    }
}

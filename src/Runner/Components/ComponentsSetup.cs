using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry;
using Twinrunner.Registry.Images;

namespace Twinrunner.Runner.Components;

/// <summary>The registry in this host: its services, its image builder on the node's engine, and its endpoints.</summary>
public static class ComponentsSetup
{
    /// <param name="dataFolder">Copies of git repositories are kept in <c>registry/</c> below it.</param>
    public static IServiceCollection AddComponents(this IServiceCollection services, string dataFolder, RegistryOptions options)
    {
        services.AddRegistry(options with { MirrorFolder = Path.Combine(dataFolder, "registry") });
        services.AddSingleton<IImageBuilder, DockerImageBuilder>();
        return services;
    }

    public static void MapComponents(this IEndpointRouteBuilder api)
    {
        api.MapComponentEndpoints();
        api.MapVersionEndpoints();
        api.MapGitHubEndpoints();
    }
}

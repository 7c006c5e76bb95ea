using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Credentials;
using Twinrunner.Registry.Git;
using Twinrunner.Registry.GitHub;
using Twinrunner.Registry.Hosts;
using Twinrunner.Registry.ImageRegistries;
using Twinrunner.Registry.Images;
using Twinrunner.Registry.Import;
using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Sync;
using Twinrunner.Registry.Zoos;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry;

/// <summary>The registry's services. The host adds an <see cref="IImageBuilder"/>.</summary>
public static class RegistrySetup
{
    public static IServiceCollection AddRegistry(this IServiceCollection services, RegistryOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<HostPolicy>();
        services.AddSingleton<CheckedHttp>();
        services.AddSingleton<GitCommand>();
        services.AddSingleton<GitRemotes>();
        services.AddSingleton<GitRedirects>();
        services.AddSingleton<GitMirrors>();
        services.AddSingleton<ComponentSources>();
        services.AddSingleton<SourceArchives>();
        services.AddSingleton(provider => new VersionFiles(
            provider.GetRequiredService<SourceArchives>(), provider.GetRequiredService<ComponentStore>(), provider.GetRequiredService<ComponentSources>()));
        services.AddSingleton<RegistryEvents>();
        services.AddSingleton<VersionIntake>();
        services.AddSingleton(provider => new ComponentService(
            provider.GetRequiredService<ComponentStore>(),
            provider.GetRequiredService<VersionStore>(),
            provider.GetRequiredService<VersionIntake>(),
            provider.GetRequiredService<RegistryEvents>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ComponentAdditions(
            provider.GetRequiredService<ComponentSources>(),
            provider.GetRequiredService<ComponentStore>(),
            provider.GetRequiredService<VersionStore>(),
            provider.GetRequiredService<ComponentSyncStore>(),
            provider.GetRequiredService<SyncRecords>(),
            provider.GetRequiredService<BackgroundSyncs>(),
            provider.GetRequiredService<RegistryEvents>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<CredentialService>();
        services.AddSync();
        services.AddSingleton<ZooSource>();
        services.AddSingleton(provider => new ZooService(
            provider.GetRequiredService<ZooSource>(),
            provider.GetRequiredService<ZooStore>(),
            provider.GetRequiredService<ComponentAdditions>(),
            provider.GetRequiredService<RegistryEvents>(),
            provider.GetRequiredService<SyncSchedule>(),
            provider.GetRequiredService<RegistryOptions>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddGitHub();
        services.AddImageRegistries();
        services.AddSingleton<OdtpImport>();
        services.AddSingleton<OdtpZips>();
        services.AddSingleton<BuildLogs>();
        services.AddSingleton<ComponentImages>();
        services.AddSingleton<ImageRequests>();
        return services;
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Registry.Sync;

/// <summary>Following the repositories of components.</summary>
public static class SyncSetup
{
    internal static IServiceCollection AddSync(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<ISyncRequests, SyncRequests>()
        .AddSingleton(provider => new SyncSchedule(provider.GetRequiredService<TimeProvider>(), Random.Shared))
        .AddSingleton<SyncMeters>()
        .AddSingleton<SyncRecords>()
        .AddSingleton<RepositoryLook>()
        .AddSingleton<VersionImages>()
        .AddSingleton<ComponentSyncer>()
        .AddSingleton<BackgroundSyncs>();

    /// <summary>Lets this process look by itself when components are due.</summary>
    public static IServiceCollection AddSyncLoop(this IServiceCollection services) => services.AddHostedService<SyncLoop>();
}

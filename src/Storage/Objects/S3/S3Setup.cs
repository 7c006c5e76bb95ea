using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Storage.Objects.S3;

internal static class S3Setup
{
    /// <summary>Keeps objects in a bucket, which is found or made before the rest starts.</summary>
    public static IServiceCollection AddS3Objects(this IServiceCollection services, S3Options options) => services
        .AddSingleton(provider => S3ObjectStore.Open(options, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<IObjectStore>(provider => provider.GetRequiredService<S3ObjectStore>())
        .AddHostedService<S3Upkeep>();
}

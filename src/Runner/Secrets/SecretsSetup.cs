using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Storage;

namespace Twinrunner.Runner.Secrets;

public static class SecretsSetup
{
    public static IServiceCollection AddSecrets(this IServiceCollection services) => services
        .AddSingleton(provider => SecretKey.Load(provider.GetRequiredService<StorageOptions>().DataFolder, Environment.GetEnvironmentVariable))
        .AddSingleton<SecretService>();
}

using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Runner.Secrets;

public static class SecretsSetup
{
    public static IServiceCollection AddSecrets(this IServiceCollection services) => services.AddSingleton<SecretService>();
}

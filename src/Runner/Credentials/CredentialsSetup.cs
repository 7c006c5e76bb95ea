using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Credentials;
using Twinrunner.Runner.Executors.Docker;

namespace Twinrunner.Runner.Credentials;

public static class CredentialsSetup
{
    /// <summary>Lets the engine use the stored logins. The registry brings the <see cref="CredentialService"/>.</summary>
    public static IServiceCollection AddCredentials(this IServiceCollection services) =>
        services.AddSingleton<IRegistryLogins>(provider => new StoredLogins(
            provider.GetRequiredService<CredentialService>(),
            new DockerConfigLogins(provider.GetRequiredService<DockerOptions>().ClientConfigFolder)));
}

using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Credentials;

namespace Twinrunner.Registry.GitHub;

internal static class GitHubSetup
{
    public static IServiceCollection AddGitHub(this IServiceCollection services) => services
        .AddMetrics()
        .AddSingleton<GitHubQuotas>()
        .AddSingleton<GitHubHttp>()
        .AddSingleton<GitHubApps>()
        .AddSingleton<GitHubClient>()
        .AddSingleton<GitHubReleases>()
        .AddSingleton(provider => new GitHubAccess(
            provider.GetRequiredService<CredentialService>(), provider.GetRequiredService<GitHubApps>(), provider.GetRequiredService<RegistryOptions>()))
        .AddSingleton(provider => new GitHubQuotaReports(
            provider.GetRequiredService<GitHubClient>(), provider.GetRequiredService<GitHubAccess>(), provider.GetRequiredService<GitHubQuotas>(),
            provider.GetRequiredService<CredentialService>(), provider.GetRequiredService<RegistryOptions>()))
        .AddSingleton(provider => new GitHubLook(
            provider.GetRequiredService<GitHubClient>(), provider.GetRequiredService<GitHubAccess>(), provider.GetRequiredService<GitHubQuotas>()));
}

using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Runner.Attempts;

/// <summary>What the helpers of steps ask for.</summary>
public static class AttemptsSetup
{
    public static IServiceCollection AddAttempts(this IServiceCollection services) => services
        .AddSingleton<AttemptTokens>()
        .AddSingleton<AttemptService>();
}

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Twinrunner.Runner.Logs;

public static class LogsSetup
{
    public static IServiceCollection AddLogs(this IServiceCollection services)
    {
        services.TryAddSingleton(new LogOptions());
        return services.AddSingleton<StepLogs>();
    }
}

using Microsoft.Extensions.DependencyInjection;

namespace Twinrunner.Runner.Logs;

public static class LogsSetup
{
    public static IServiceCollection AddLogs(this IServiceCollection services) => services.AddSingleton<StepLogs>();
}

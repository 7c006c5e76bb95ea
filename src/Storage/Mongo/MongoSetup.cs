using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage.Mongo;

internal static class MongoSetup
{
    public static IServiceCollection AddMongo(this IServiceCollection services, MongoOptions options) => services
        .AddSingleton(provider => MongoDatabase.Open(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILoggerFactory>()))
        .AddSingleton<IDocumentDatabase>(provider => provider.GetRequiredService<MongoDatabase>())
        .AddSingleton<IHostedService>(provider => new MongoSignals(
            provider.GetRequiredService<MongoDatabase>().Connection,
            provider.GetRequiredService<ChangeFeed>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<MongoDatabase>>()));
}

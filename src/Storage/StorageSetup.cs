using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Import;
using Twinrunner.Storage.Mongo;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Objects.Files;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage;

/// <summary>Which back ends keep documents and objects, and where.</summary>
public sealed record StorageOptions
{
    /// <summary>Folder for <c>twinrunner.db</c> and <c>objects/</c>; made when it isn't there. One process may use it at a time.</summary>
    public required string DataFolder { get; init; }

    /// <summary>MongoDB; null: the embedded database.</summary>
    public MongoOptions? Mongo { get; init; }

    /// <summary>The bucket that holds the objects in place of <see cref="ObjectsFolder"/>.</summary>
    public S3Options? S3 { get; init; }

    public string DatabaseFile => Path.Combine(DataFolder, "twinrunner.db");

    public string ObjectsFolder => Path.Combine(DataFolder, "objects");
}

public static class StorageSetup
{
    /// <summary>The database and the object store, and the named stores on top of them.</summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        if (options.Mongo is { } mongo)
            services.AddMongo(mongo);
        else
            services.AddSingleton<IDocumentDatabase>(_ => SqliteDatabase.Open(options.DatabaseFile));
        if (options.S3 is { } s3)
            services.AddS3Objects(s3);
        else
            services.AddSingleton<IObjectStore>(_ => FileObjectStore.Open(options.ObjectsFolder));
        services.AddSingleton(_ => SecretKey.Load(options.DataFolder, Environment.GetEnvironmentVariable));
        services.AddSingleton<ChangeFeed>();
        services.AddHostedService<StorageStartup>();
        return services
            .AddStore<ExecutionStore>()
            .AddStore<StepStore>()
            .AddStore<EventStore>()
            .AddStore<LogStore>()
            .AddStore<OutputStore>()
            .AddStore<ComponentStore>()
            .AddStore<VersionStore>()
            .AddStore<ComponentSyncStore>()
            .AddStore<RoleLeaseStore>()
            .AddStore<ZooStore>()
            .AddStore<UserStore>()
            .AddStore<DigitalTwinStore>()
            .AddStore<WorkflowStore>()
            .AddStore<NodeStore>()
            .AddStore<SecretStore>()
            .AddStore<CredentialStore>()
            .AddSingleton<ImportStore>()
            .AddStore<IdempotencyStore>();
    }

    /// <summary>A store whose indexes are made at start.</summary>
    public static IServiceCollection AddStore<TStore>(this IServiceCollection services) where TStore : class, IStore =>
        services.AddSingleton<TStore>().AddSingleton<IStore>(provider => provider.GetRequiredService<TStore>());
}

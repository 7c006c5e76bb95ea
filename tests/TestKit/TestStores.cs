using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Twinrunner.Storage;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects.S3;
using Twinrunner.Storage.Stores;

namespace Twinrunner.TestKit;

/// <summary>The embedded database and object store (or a bucket) in a temporary folder, with the features that a test adds, and no host.</summary>
public sealed class TestStores : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private TestStores(TestFolder folder, ServiceProvider services) => (Folder, _services) = (folder, services);

    public TestFolder Folder { get; }

    public static Task<TestStores> OpenAsync(Action<IServiceCollection> add, CancellationToken cancellationToken) => OpenAsync(add, storage => storage, cancellationToken);

    /// <param name="s3">The bucket for objects; null: files in the folder.</param>
    public static Task<TestStores> OpenAsync(Action<IServiceCollection> add, S3Options? s3, CancellationToken cancellationToken) =>
        OpenAsync(add, storage => storage with { S3 = s3 }, cancellationToken);

    public static async Task<TestStores> OpenAsync(Action<IServiceCollection> add, Func<StorageOptions, StorageOptions> change, CancellationToken cancellationToken)
    {
        var folder = new TestFolder();
        var services = new ServiceCollection().AddLogging().AddStorage(change(new StorageOptions { DataFolder = folder.Path }));
        services.TryAddSingleton<StepStore>();
        services.TryAddSingleton<ExecutionStore>();
        add(services);
        var stores = new TestStores(folder, services.BuildServiceProvider());
        foreach (var store in stores._services.GetServices<IStore>())
            await store.EnsureIndexesAsync(cancellationToken);
        return stores;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public IEnumerable<T> GetAll<T>() => _services.GetServices<T>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Folder.Dispose();
    }

    /// <summary>A step that is stored, of an execution that needn't be.</summary>
    public async Task<Step> AddStepAsync(
        Func<Step, Step> change, CancellationToken cancellationToken, Id<Execution>? execution = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        var step = change(new Step
        {
            Id = Id<Step>.New(TimeProvider.System),
            ExecutionRef = execution ?? Id<Execution>.New(TimeProvider.System),
            Name = "load",
            Status = StepStatus.Running,
            Attempt = 1,
            Spec = new StepSpec { Kind = StepKind.Container, Source = "load" },
            CreatedAt = now,
            UpdatedAt = now,
        });
        await Get<StepStore>().InsertAsync([step], cancellationToken);
        return step;
    }

    /// <summary>Puts a step into a state without the scheduler.</summary>
    public async Task ReplaceStepAsync(Step step, CancellationToken cancellationToken)
    {
        var steps = new DocumentCollection<Step>(Get<IDocumentDatabase>(), "steps", DocumentJson.Default.Step);
        await steps.UpdateAsync(step.Id, stored => step with { Revision = stored.Revision }, cancellationToken);
    }
}

using System.Formats.Tar;
using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Images;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Secrets;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>The registry on the embedded database and object store, in a temporary folder.</summary>
public sealed class TestRegistry : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ServiceProvider _services;

    private TestRegistry(Action<RegistryOptions>? change, IImageBuilder? builder, TimeProvider? time)
    {
        var options = new RegistryOptions { MirrorFolder = _folder["registry"] };
        change?.Invoke(options);
        var services = new ServiceCollection();
        services.AddSingleton(time ?? TimeProvider.System);
        services.AddLogging();
        services.AddStorage(new StorageOptions { DataFolder = _folder.Path });
        services.AddSingleton(SecretKey.Load(_folder.Path, _ => null));
        services.AddRegistry(options);
        services.AddSingleton(builder ?? new FakeImageBuilder());
        _services = services.BuildServiceProvider();
    }

    public ComponentService Components => Get<ComponentService>();

    public ComponentAdditions Additions => Get<ComponentAdditions>();

    public static async Task<TestRegistry> StartAsync(Action<RegistryOptions>? change = null, IImageBuilder? builder = null, TimeProvider? time = null)
    {
        var registry = new TestRegistry(change, builder, time);
        foreach (var store in registry._services.GetServices<IStore>())
            await store.EnsureIndexesAsync(TestContext.Current.CancellationToken);
        return registry;
    }

    public IServiceProvider Services => _services;

    public async Task<ComponentSync> SyncAsync(Component component) =>
        (await Get<ComponentSyncStore>().GetAsync(component.Id, TestContext.Current.CancellationToken))!;

    /// <summary>Waits until following the component has come that far.</summary>
    public async Task<ComponentSync> UntilAsync(Component component, Func<ComponentSync, bool> isSo)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var changes = Get<ChangeFeed>().Subscribe(ChangeTopic.Syncs);
        while (true)
        {
            var sync = await SyncAsync(component);
            if (isSo(sync))
                return sync;
            await changes.WaitAsync(limit.Token);
        }
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public Task<ComponentOutcome> TryAddAsync(AddComponent request) =>
        Additions.AddAsync(request, Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken);

    public async Task<ComponentOutcome.Done> AddAsync(AddComponent request) => Assert.IsType<ComponentOutcome.Done>(await TryAddAsync(request));

    /// <summary>A component whose first look is the loop's.</summary>
    public async Task<Component> AnnounceAsync(string address)
    {
        var (component, fault) = await Additions.AnnounceAsync(new(address), TestContext.Current.CancellationToken);
        Assert.Null(fault);
        return component!;
    }

    public async Task<string> RefuseAsync(AddComponent request) => Assert.IsType<ComponentOutcome.Refused>(await TryAddAsync(request)).Message;

    public async Task<ComponentOutcome.Done> RefreshAsync(Component component) =>
        Assert.IsType<ComponentOutcome.Done>(await Additions.RefreshAsync(component.Id, Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));

    /// <summary>Names of the component's versions, the latest first.</summary>
    public async Task<IEnumerable<string>> VersionNamesAsync(Component component) =>
        (await Components.VersionsAsync(component.Id, TestContext.Current.CancellationToken)).Select(version => version.Name);

    /// <summary>What is in a version's archive: path → text, or <c>-> target</c>.</summary>
    public async Task<IReadOnlyDictionary<string, string>> FilesAsync(ComponentVersion version)
    {
        await using var archive = await Get<SourceArchives>().OpenAsync(version.ComponentId, version.Commit, TestContext.Current.CancellationToken);
        Assert.NotNull(archive);
        var files = new Dictionary<string, string>();
        await using var tar = new TarReader(archive);
        while (await tar.GetNextEntryAsync(copyData: true, TestContext.Current.CancellationToken) is { } entry)
            files.Add(entry.Name, entry.EntryType == TarEntryType.SymbolicLink ? "-> " + entry.LinkName : entry.DataStream is { } data ? await new StreamReader(data).ReadToEndAsync() : "");
        return files;
    }

    /// <summary>Everything that git keeps as text beside the objects.</summary>
    public IEnumerable<string> MirroredText() =>
        Directory.EnumerateFiles(_folder["registry"], "*", SearchOption.AllDirectories).Where(file => !file.Contains("/objects/", StringComparison.Ordinal)).Select(File.ReadAllText);

    public async Task<IEnumerable<string>> EventTypesAsync() =>
        (await Get<EventStore>().FindAsync(null, null, 1000, TestContext.Current.CancellationToken)).Select(e => e.Type);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}

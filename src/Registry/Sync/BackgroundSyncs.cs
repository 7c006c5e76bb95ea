using System.Collections.Concurrent;
using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Sync;

/// <summary>Looks that users asked for. They go on when nobody waits any more, and end with the process; the loop then takes them up.</summary>
internal sealed class BackgroundSyncs(ComponentSyncer syncer) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();

    public Task<ComponentOutcome> Start(Id<Component> component, SourceSelection selection, bool takesAnyName)
    {
        var look = Task.Run(() => syncer.SyncAsync(component, selection, takesAnyName, fence: null, _stopping.Token), _stopping.Token);
        _running[look] = true;
        look.ContinueWith(ended => _running.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return look;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Keys).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who waited was told, and it stands with the component
        _stopping.Dispose();
    }
}

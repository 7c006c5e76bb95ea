using Microsoft.Extensions.Hosting;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Storage;

/// <summary>Makes the database ready before anything else starts: it answers, and every store has its indexes.</summary>
internal sealed class StorageStartup(IEnumerable<IStore> stores) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        foreach (var store in stores)
            await store.EnsureIndexesAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Twinrunner.Registry.Sources;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Sync;

internal sealed class SyncRequests(ComponentSyncStore syncs, TimeProvider time) : ISyncRequests
{
    public async Task<int> RequestAsync(string repository, CancellationToken cancellationToken)
    {
        var found = await syncs.FindByRepositoryAsync(RepositoryKey.Of(repository), cancellationToken);
        foreach (var sync in found)
            await syncs.RequestAsync(sync.Component(), time.GetUtcNow(), cancellationToken);
        return found.Count;
    }

    public Task<int> RequestAllAsync(CancellationToken cancellationToken) => syncs.RequestAllAsync(time.GetUtcNow(), cancellationToken);
}

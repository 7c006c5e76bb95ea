using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Registry.Sync;

namespace Twinrunner.Registry.Tests.Support;

/// <summary>A loop of a process of its own, as far as the database can tell.</summary>
internal sealed class RunningLoop(SyncLoop loop) : IAsyncDisposable
{
    private bool _stopped;

    public static async Task<RunningLoop> StartAsync(TestRegistry registry)
    {
        var loop = ActivatorUtilities.CreateInstance<SyncLoop>(registry.Services);
        await loop.StartAsync(TestContext.Current.CancellationToken);
        return new(loop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        await loop.StopAsync(CancellationToken.None);
        loop.Dispose();
    }
}

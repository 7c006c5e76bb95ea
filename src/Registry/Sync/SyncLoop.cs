using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Zoos;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Sync;

/// <summary>
/// Looks at each component's repository when it is due. Of all processes one works, the others wait for its lease to end. Several
/// looks go on at once, at most half of them at one host: a host that hangs holds up nobody else's components.
/// </summary>
internal sealed partial class SyncLoop(
    ComponentSyncer syncer,
    ComponentStore components,
    ComponentSyncStore syncs,
    SyncRecords records,
    ZooService zoos,
    RoleLeaseStore leases,
    ChangeFeed changes,
    RegistryOptions options,
    TimeProvider time,
    ILogger<SyncLoop> logger) : BackgroundService
{
    public const string Role = "registry.sync";

    private const int Page = 100;
    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(2);

    private readonly string _holder = $"{Environment.MachineName}/{Environment.ProcessId}";
    private readonly ConcurrentDictionary<Id<ComponentSync>, string> _running = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (await leases.TryTakeAsync(Role, _holder, options.SyncLease, stoppingToken) is { } lease)
                    await LeadAsync(lease, stoppingToken);
                await Task.Delay(options.SyncLease / 5, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    /// <summary>Works until the lease is lost or the process stops.</summary>
    private async Task LeadAsync(RoleLease lease, CancellationToken stoppingToken)
    {
        LogLeads(_holder, lease.Fence);
        using var lost = new CancellationTokenSource();
        using var working = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lost.Token);
        using var renewing = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var renewal = RenewAsync(lease, lost, renewing.Token);
        var looks = new ConcurrentDictionary<Task, bool>();
        var zoo = FollowZoosAsync(working.Token);
        try
        {
            await EnsureRecordsAsync(working.Token);
            using var due = changes.Subscribe(ChangeTopic.Syncs);
            while (true)
            {
                await StartDueAsync(lease.Fence, looks, working.Token);
                await WaitAsync(due, working.Token);
            }
        }
        catch (OperationCanceledException) when (lost.IsCancellationRequested && !stoppingToken.IsCancellationRequested)
        {
            LogLost(_holder);
        }
        finally
        {
            await working.CancelAsync();
            await Task.WhenAll(looks.Keys);
            await zoo;
            await renewing.CancelAsync();
            await renewal;
            if (!lost.IsCancellationRequested)
                await leases.ReleaseAsync(lease, CancellationToken.None);
        }
    }

    private async Task StartDueAsync(long fence, ConcurrentDictionary<Task, bool> looks, CancellationToken cancellationToken)
    {
        if (_running.Count >= options.SyncParallel)
            return;
        var mostAtHost = Math.Max(1, options.SyncParallel / 2);
        foreach (var sync in await syncs.FindDueAsync(time.GetUtcNow(), Page, cancellationToken))
        {
            var host = sync.RepositoryKey.Split('/')[0];
            if (_running.Count >= options.SyncParallel)
                return;
            if (_running.Values.Count(running => running == host) >= mostAtHost || !_running.TryAdd(sync.Id, host))
                continue;
            var look = LookAsync(sync, fence, cancellationToken);
            looks[look] = true;
            _ = look.ContinueWith(ended => looks.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <summary>Never throws: one component's trouble is its own.</summary>
    private async Task LookAsync(ComponentSync sync, long fence, CancellationToken cancellationToken)
    {
        await Task.Yield();
        try
        {
            if (await syncer.SyncAsync(sync.Component(), SourceSelection.Default, takesAnyName: true, fence, cancellationToken) is Components.ComponentOutcome.NotFound)
                await syncs.DeleteAsync(sync.Component(), cancellationToken);
            _running.TryRemove(sync.Id, out _);
            changes.Signal(ChangeTopic.Syncs);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            LogBroken(exception, sync.RepositoryKey);
        }
        finally
        {
            _running.TryRemove(sync.Id, out _); // nothing is signalled here: where the database is broken the next try is to wait
        }
    }

    /// <summary>Components of earlier versions of this server, or of ODTP, have no record.</summary>
    private async Task EnsureRecordsAsync(CancellationToken cancellationToken)
    {
        Id<Component>? before = null;
        while (await components.ListAsync(before, Page, cancellationToken) is { Count: > 0 } page)
        {
            var known = (await syncs.GetManyAsync([.. page.Select(component => component.Id)], cancellationToken)).Select(sync => sync.Component()).ToHashSet();
            foreach (var component in page.Where(component => !known.Contains(component.Id)))
                await records.EnsureAsync(component, cancellationToken);
            before = page[^1].Id;
        }
    }

    /// <summary>Beside the looks at repositories: an index that doesn't come holds up none of them.</summary>
    private async Task FollowZoosAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(PollInterval, time);
        try
        {
            do
            {
                try
                {
                    await zoos.LookAtDueAsync(cancellationToken);
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    LogBroken(exception, "zoos");
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task RenewAsync(RoleLease lease, CancellationTokenSource lost, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.SyncLease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (await leases.RenewAsync(lease, options.SyncLease, cancellationToken) is null)
                {
                    await lost.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception)
        {
            await lost.CancelAsync(); // without a database nobody can know who leads
            throw;
        }
    }

    private async Task WaitAsync(ChangeSubscription due, CancellationToken cancellationToken)
    {
        using var poll = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => poll.Cancel(), null, PollInterval, Timeout.InfiniteTimeSpan);
        try
        {
            await due.WaitAsync(poll.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing was announced; the time of one may have come all the same, or another process was asked.
        }
    }

    [LoggerMessage(LogLevel.Information, "{Holder} follows the repositories of components, with fence {Fence}")]
    private partial void LogLeads(string holder, long fence);

    [LoggerMessage(LogLevel.Warning, "{Holder} has lost the right to follow the repositories of components to another process")]
    private partial void LogLost(string holder);

    [LoggerMessage(LogLevel.Error, "The look at {Repository} broke")]
    private partial void LogBroken(Exception exception, string repository);
}

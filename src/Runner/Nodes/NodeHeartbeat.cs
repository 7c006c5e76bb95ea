using Microsoft.Extensions.Hosting;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Nodes;

/// <summary>Keeps this node's document true: that it lives, what it has, what is wrong with its engines; and says it of others that they are gone.</summary>
public sealed class NodeHeartbeat(
    NodeIdentity identity,
    NodeBudget budget,
    NodeLoad load,
    IEnumerable<IStepExecutor> executors,
    NodeStore nodes,
    TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    /// <summary>Of another node, before it counts as gone.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    /// <summary>How long nodes that are gone are still shown.</summary>
    private static readonly TimeSpan ShownFor = TimeSpan.FromDays(7);

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await SaveAsync(active: false, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await SaveAsync(active: true, stoppingToken);
            await nodes.EndSilentAsync(time.GetUtcNow() - Silence, stoppingToken);
            await nodes.DeleteForgottenAsync(time.GetUtcNow() - ShownFor, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task SaveAsync(bool active, CancellationToken cancellationToken)
    {
        var trouble = active ? await TroubleAsync(cancellationToken) : null;
        var now = time.GetUtcNow();
        await nodes.SaveAsync(identity.Id, stored => new()
        {
            Id = identity.Id,
            Revision = stored?.Revision ?? 0,
            OtherFields = stored?.OtherFields,
            Host = Environment.MachineName,
            Os = Environment.OSVersion.ToString(),
            Roles = stored?.Roles ?? ["general"],
            Labels = budget.Labels,
            Executors = [.. budget.Executors],
            Trouble = trouble,
            Capacity = budget.Capacity,
            RunningSteps = load.Running,
            TotalSteps = (stored?.TotalSteps ?? 0) + load.TakeEnded(),
            Active = active,
            Draining = stored?.Draining ?? false,
            StartedAt = _startedAt,
            HeartbeatAt = now,
        }, cancellationToken);
    }

    private async Task<string?> TroubleAsync(CancellationToken cancellationToken)
    {
        var troubles = await Task.WhenAll(executors.Select(executor => executor.CheckAsync(cancellationToken)));
        var told = string.Join(" ", troubles.OfType<string>());
        return told.Length == 0 ? null : told;
    }
}

/// <summary>How many steps this node runs, and has ended since the last time somebody asked.</summary>
public sealed class NodeLoad
{
    private int _running;
    private int _ended;

    public int Running => Volatile.Read(ref _running);

    public void Started() => Interlocked.Increment(ref _running);

    public void Ended()
    {
        Interlocked.Decrement(ref _running);
        Interlocked.Increment(ref _ended);
    }

    public int TakeEnded() => Interlocked.Exchange(ref _ended, 0);
}

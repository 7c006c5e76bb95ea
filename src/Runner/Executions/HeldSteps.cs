using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>The steps that this process drives.</summary>
public sealed class HeldSteps
{
    private readonly ConcurrentDictionary<Id<Step>, HeldStep> _held = new();

    public IReadOnlyCollection<HeldStep> All => [.. _held.Values];

    public bool TryAdd(HeldStep held) => _held.TryAdd(held.Step.Id, held);

    public void Remove(HeldStep held) => _held.TryRemove(new(held.Step.Id, held));

    public bool Contains(Id<Step> id) => _held.ContainsKey(id);
}

/// <summary>Renews the leases of the steps that this process drives, well before they run out.</summary>
internal sealed class LeaseKeeper(HeldSteps held, ChangeFeed changes, SchedulerOptions options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.LeaseDuration / 3, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await Task.WhenAll(held.All.Select(step => RenewAsync(step, stoppingToken)));
    }

    private async Task RenewAsync(HeldStep step, CancellationToken cancellationToken)
    {
        try
        {
            // Another process can't signal us: its wish to stop is seen here at the latest.
            if (await step.RenewAsync(options.LeaseDuration, cancellationToken) && step.Step.Stop is not null)
                changes.Signal(ChangeTopic.StepStop(step.Step.Id));
        }
        catch (ObjectDisposedException)
        {
            // It was let go of in just this moment.
        }
    }
}

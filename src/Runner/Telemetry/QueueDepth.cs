using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Telemetry;

/// <summary>How many steps wait for a runner, in the whole installation: what to scale runners by. Counted now and then, not when somebody asks.</summary>
internal sealed class QueueDepth : BackgroundService
{
    /// <summary>Beyond that it says only that there are very many.</summary>
    private const long MostCounted = 100_000;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly StepStore _steps;
    private readonly TimeProvider _time;
    private long _queued;

    public QueueDepth(StepStore steps, IMeterFactory factory, TimeProvider time)
    {
        (_steps, _time) = (steps, time);
        factory.Create(StepMeters.MeterName).CreateObservableGauge(
            "twinrunner.queue.steps", () => Volatile.Read(ref _queued), "{step}", $"Steps that wait for a runner, in the whole installation; at most {MostCounted} are counted.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, _time);
        do
        {
            try
            {
                Volatile.Write(ref _queued, await _steps.CountAsync(StepStatus.Queued, MostCounted, stoppingToken));
            }
            catch (DatabaseException)
            {
                // The last count stands; others tell of the database.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>
/// Finds the bucket at start, so that a wrong name or key stops the server with a sentence instead of failing every step; and
/// sweeps up uploads that nobody finishes. A store that can't be reached stops nothing: it may come back.
/// </summary>
internal sealed partial class S3Upkeep(S3ObjectStore objects, TimeProvider time, ILogger<S3Upkeep> logger) : BackgroundService, IHostedLifecycleService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await objects.EnsureBucketAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException exception) when (exception.InnerException is not null && !S3Trouble.IsRefusal(exception))
        {
            LogUnreachable(exception.Message);
        }
    }

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                if (await objects.AbortAbandonedAsync(stoppingToken).ConfigureAwait(false) is > 0 and var aborted)
                    LogSwept(aborted);
            }
            catch (ObjectStoreException exception)
            {
                LogNotSwept(exception.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    [LoggerMessage(LogLevel.Warning, "{Message} Steps that end meanwhile wait for it")]
    private partial void LogUnreachable(string message);

    [LoggerMessage(LogLevel.Information, "Freed the parts of {Count} uploads that were never finished")]
    private partial void LogSwept(int count);

    [LoggerMessage(LogLevel.Debug, "Unfinished uploads could not be swept: {Message}")]
    private partial void LogNotSwept(string message);
}

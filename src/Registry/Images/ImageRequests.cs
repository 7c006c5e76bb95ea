using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Images;

/// <summary>Gets images for people who ask before any step does. It goes on when they leave, and stops with the server.</summary>
public sealed partial class ImageRequests(ComponentImages images, ILogger<ImageRequests> logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Task, Id<ComponentVersion>> _running = new();

    /// <summary>Begins to get the version's image, or joins whoever is at it; returns once there is a log to follow.</summary>
    /// <returns>What it came to, if that is known at once: the image is there, or it can't be had.</returns>
    public async Task<ImageResult?> RequestAsync(Id<ComponentVersion> version, CancellationToken cancellationToken)
    {
        var begun = new Begun();
        var getting = images.EnsureAsync(version, begun, _stop.Token);
        _running.TryAdd(getting, version);
        _ = getting.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return await Task.WhenAny(getting, begun.FirstLine).WaitAsync(cancellationToken) == getting ? await getting : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var getting in _running.Keys)
            await getting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Ended(Task getting)
    {
        if (_running.TryRemove(getting, out var version) && getting.Exception?.InnerException is { } exception)
            LogBroken(version, exception);
    }

    [LoggerMessage(LogLevel.Error, "Getting the image of version {Version} broke off.")]
    private partial void LogBroken(Id<ComponentVersion> version, Exception exception);

    private sealed class Begun : IBuildProgress
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task FirstLine => _first.Task;

        public ValueTask LineAsync(string line, CancellationToken cancellationToken)
        {
            _first.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}

using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Waits out an engine that is away: restarted, or its connection cut.</summary>
internal sealed class EngineRetry(TimeProvider time, TimeSpan limit)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Repeats <paramref name="action"/> until the engine answers it.</summary>
    /// <exception cref="DockerException">The engine refused, or stayed away for longer than the limit.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await action();
            }
            catch (DockerException e) when (e.IsUnreachable && time.GetElapsedTime(since) < limit)
            {
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }
}

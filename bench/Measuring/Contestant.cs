using System.Diagnostics;

namespace Twinrunner.Bench.Measuring;

/// <summary>One way to do a scenario's job.</summary>
/// <param name="MeasureAsync">Does the job once and returns its figure, with what isn't part of the job left out.</param>
internal sealed record Contestant(string Name, Func<CancellationToken, Task<double>> MeasureAsync)
{
    /// <summary>Its figure is the time of the whole job, in seconds.</summary>
    public static Contestant Timed(string name, Func<CancellationToken, Task> job) => new(name, async cancellationToken =>
    {
        var started = Stopwatch.GetTimestamp();
        await job(cancellationToken);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    });
}

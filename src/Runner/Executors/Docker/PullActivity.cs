using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Makes one line for people of the progress of all layers, at most twice a second.</summary>
internal sealed class PullActivity(string reference, IStepSink sink, TimeProvider time, CancellationToken cancellationToken)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<string, ProgressDetail> _layers = [];
    private long _lastAt;
    private string? _last;

    public ValueTask StartAsync() => SayAsync($"pulling {reference}");

    public ValueTask AddAsync(EngineProgress progress)
    {
        if (progress is not { Id: { } layer, Status: { } status })
            return ValueTask.CompletedTask;
        if (status == "Downloading" && progress.Detail is { Current: not null, Total: > 0 } detail)
            _layers[layer] = detail;
        else if (_layers.TryGetValue(layer, out var known) && status is "Download complete" or "Pull complete")
            _layers[layer] = known! with { Current = known.Total };
        if (_layers.Count == 0 || time.GetElapsedTime(_lastAt) < Pause)
            return ValueTask.CompletedTask;
        var done = _layers.Values.Sum(l => l.Current ?? 0);
        var all = _layers.Values.Sum(l => l.Total ?? 0);
        return SayAsync($"pulling {reference}, {100 * done / all} %");
    }

    private ValueTask SayAsync(string activity)
    {
        if (activity == _last)
            return ValueTask.CompletedTask;
        _last = activity;
        _lastAt = time.GetTimestamp();
        return sink.ActivityAsync(activity, cancellationToken);
    }
}

using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>The time limits of one attempt. Preparing ends when the step runs; only then running time counts.</summary>
internal sealed class AttemptLimits : IDisposable
{
    private readonly Step _step;
    private readonly StopSource _stop;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private ITimer? _timer;

    public AttemptLimits(Step step, StopSource stop, TimeProvider time)
    {
        (_step, _stop, _time) = (step, stop, time);
        Set(step.Spec.Timeouts.Preparing, step.PreparingAt ?? time.GetUtcNow(), "it took longer to prepare than its limit of");
    }

    public void Started(DateTimeOffset at) => Set(_step.Spec.Timeouts.Running, at, "it ran longer than its limit of");

    /// <summary>What it left is collected: that is none of its running time.</summary>
    public void Collecting() => Set(null, default, "");

    public void Dispose()
    {
        lock (_gate)
            _timer?.Dispose();
    }

    private void Set(TimeSpan? limit, DateTimeOffset from, string what)
    {
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            if (limit is not { } most)
                return;
            var left = from + most - _time.GetUtcNow();
            _timer = _time.CreateTimer(
                _ => _stop.Ask(new(FailureReason.TimedOut, $"{what} {most:c}", _time.GetUtcNow())),
                null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}

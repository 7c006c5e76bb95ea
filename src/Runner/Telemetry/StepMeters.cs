using System.Diagnostics.Metrics;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Telemetry;

/// <summary>What this process's steps did: how many ended and how, how long they waited and ran.</summary>
internal sealed class StepMeters
{
    public const string MeterName = "Twinrunner.Runner";

    /// <summary>Borders of the histograms, in seconds: from a step that does nothing to one that runs for a day.</summary>
    private static readonly InstrumentAdvice<double> Borders = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400] };

    private readonly Counter<long> _ended;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _waited;
    private readonly Histogram<double> _ran;

    public StepMeters(IMeterFactory factory, NodeLoad load)
    {
        var meter = factory.Create(MeterName);
        _ended = meter.CreateCounter<long>("twinrunner.step.attempts", "{attempt}", "Attempts of steps that ended, by status and reason.");
        _lost = meter.CreateCounter<long>("twinrunner.lease.lost", "{lease}", "Leases of steps that another runner took over.");
        _waited = meter.CreateHistogram<double>("twinrunner.step.wait.duration", "s", "From queued to claimed.", tags: null, Borders);
        _ran = meter.CreateHistogram<double>("twinrunner.step.run.duration", "s", "From the start of a step's container or process to the attempt's end, by status.", tags: null, Borders);
        meter.CreateObservableGauge("twinrunner.node.steps", () => load.Running, "{step}", "Steps that this node drives now.");
    }

    public void Claimed(Step step, DateTimeOffset now)
    {
        if (step.AvailableAt is { } from && now >= from)
            _waited.Record((now - from).TotalSeconds);
    }

    public void Ended(StepEnd end)
    {
        var status = KeyValuePair.Create<string, object?>("status", end.Status.ToString());
        _ended.Add(1, status, KeyValuePair.Create<string, object?>("reason", end.Reason?.ToString() ?? ""));
        if (end.StartedAt is { } started && end.EndedAt >= started)
            _ran.Record((end.EndedAt - started).TotalSeconds, status);
    }

    public void LeaseLost() => _lost.Add(1);
}

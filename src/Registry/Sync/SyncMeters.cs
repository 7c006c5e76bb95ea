using System.Diagnostics.Metrics;

namespace Twinrunner.Registry.Sync;

/// <summary>How many looks at repositories there were, how they ended, and how long they took.</summary>
internal sealed class SyncMeters
{
    private static readonly InstrumentAdvice<double> Borders = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900] };

    private readonly Histogram<double> _looks;

    public SyncMeters(IMeterFactory factory) => _looks = factory.Create("Twinrunner.Registry").CreateHistogram(
        "twinrunner.registry.syncs", "s", "Looks at repositories of components, by outcome.", tags: null, Borders);

    /// <param name="outcome"><c>succeeded</c>, <c>failed</c> or <c>postponed</c>.</param>
    public void Ended(string outcome, TimeSpan duration) => _looks.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
}

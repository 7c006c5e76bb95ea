using System.Diagnostics.Metrics;

namespace Twinrunner.Registry.Sync;

/// <summary>How many looks at repositories there were, how they ended, and how long they took.</summary>
internal sealed class SyncMeters
{
    private readonly Histogram<double> _looks;

    public SyncMeters(IMeterFactory factory) =>
        _looks = factory.Create("Twinrunner.Registry").CreateHistogram<double>("twinrunner.registry.syncs", "s", "Looks at repositories of components, by outcome.");

    /// <param name="outcome"><c>succeeded</c>, <c>failed</c> or <c>postponed</c>.</param>
    public void Ended(string outcome, TimeSpan duration) => _looks.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
}

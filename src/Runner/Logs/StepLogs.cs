using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Logs;

/// <summary>The logs of steps: opened to be written by the runner that drives an attempt, read by anybody from the store.</summary>
public sealed class StepLogs
{
    /// <summary>Opens the log of an attempt, to go on after the last page that is stored.</summary>
    /// <param name="secretValues">What must not appear in the log.</param>
    public Task<StepLogWriter> OpenAsync(StepKey key, IReadOnlyCollection<string> secretValues, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The lines from a number on; with <paramref name="follow"/>, also those to come, until the attempt is over.</summary>
    public IAsyncEnumerable<LogLine> ReadAsync(Id<Step> step, int attempt, long fromLine, bool follow, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}

using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

/// <summary>Finds executions by what no index knows, by reading them newest first. A request reads a bounded number, and goes on from there when asked for the next page.</summary>
internal sealed class ExecutionSearch(
    ExecutionStore executions, ExecutionStatus? status, Id<DigitalTwin>? digitalTwin, string? label, string? text)
{
    private const int BatchSize = 250;
    private const int MostRead = 5_000;

    public async Task<(IReadOnlyList<Execution> Matches, Id<Execution>? Next)> FindAsync(
        Id<Execution>? before, int limit, CancellationToken cancellationToken)
    {
        var matches = new List<Execution>();
        for (var read = 0; read < MostRead; read += BatchSize)
        {
            var batch = await executions.ListAsync(before, status, digitalTwin, BatchSize, cancellationToken);
            foreach (var execution in batch)
            {
                before = execution.Id;
                if (!Matches(execution))
                    continue;
                matches.Add(execution);
                if (matches.Count == limit)
                    return (matches, before);
            }
            if (batch.Count < BatchSize)
                return (matches, null);
        }
        return (matches, before);
    }

    private bool Matches(Execution execution)
    {
        if (!string.IsNullOrEmpty(text) && !execution.Title.Contains(text, StringComparison.OrdinalIgnoreCase))
            return false;
        if (label is null)
            return true;
        var equals = label.IndexOf('=');
        return execution.Labels.TryGetValue(label[..equals], out var value) && value == label[(equals + 1)..];
    }
}

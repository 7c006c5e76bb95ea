using Twinrunner.Client;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Api;

internal static class ExecutionViews
{
    public static ExecutionSummary ToSummary(this Execution execution) => new()
    {
        Id = execution.Id.ToString(),
        Href = Hrefs.Execution(execution.Id),
        Title = execution.Title,
        Status = execution.Status.ToWire(),
        Message = execution.Message ?? execution.CancelMessage,
        DigitalTwinId = execution.DigitalTwinRef.Text(),
        StepCount = execution.StepCount,
        Labels = execution.Labels,
        RerunOf = execution.RerunOf.Text(),
        CreatedAt = execution.CreatedAt,
        StartedAt = execution.StartedAt,
        EndedAt = execution.EndedAt,
    };

    /// <summary>With the number of its steps in each status, which takes an index look-up for each.</summary>
    public static async Task<ExecutionView> ToViewAsync(this Execution execution, StepStore steps, CancellationToken cancellationToken)
    {
        var counts = new Dictionary<Client.StepStatus, int>();
        foreach (var status in Enum.GetValues<Storage.Documents.StepStatus>())
        {
            var count = await steps.CountAsync(execution.Id, status, int.MaxValue, cancellationToken);
            if (count > 0)
                counts[status.ToWire()] = (int)count;
        }
        return execution.ToView(counts);
    }

    private static ExecutionView ToView(this Execution execution, Dictionary<Client.StepStatus, int> counts)
    {
        var href = Hrefs.Execution(execution.Id);
        return new()
        {
            Id = execution.Id.ToString(),
            Href = href,
            Title = execution.Title,
            Status = execution.Status.ToWire(),
            Message = execution.Message ?? execution.CancelMessage,
            DigitalTwinId = execution.DigitalTwinRef.Text(),
            StepCount = execution.StepCount,
            Labels = execution.Labels,
            RerunOf = execution.RerunOf.Text(),
            CreatedAt = execution.CreatedAt,
            StartedAt = execution.StartedAt,
            EndedAt = execution.EndedAt,
            Description = execution.Description,
            StepCounts = counts,
            Parameters = execution.Parameters,
            Spec = execution.RawSpec,
            WorkflowId = execution.WorkflowRef.Text(),
            Priority = execution.Priority,
            MaxParallel = execution.MaxParallel,
            TimeoutSeconds = execution.Timeout?.TotalSeconds,
            NoCache = execution.NoCache,
            KeepGoing = execution.KeepGoing,
            DigitalTwinHref = execution.DigitalTwinRef is { } twin ? Hrefs.DigitalTwin(twin) : null,
            StepsHref = $"{href}/steps",
            EventsHref = $"{href}/events",
        };
    }
}

using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions;

/// <summary>
/// Appends an event for every change, in the order in which the changes were made, in groups. It runs beside the changes,
/// so that nobody waits for an event to be stored; at shutdown it stores what is left.
/// </summary>
public sealed class EventPublisher(EventStore events, TimeProvider time) : BackgroundService
{
    private const int Group = 500;

    // Bounded: a database that is slower than the changes slows the changes down instead of filling the memory.
    private readonly Channel<ExecutionEvent> _waiting = Channel.CreateBounded<ExecutionEvent>(
        new BoundedChannelOptions(20_000) { SingleReader = true });

    /// <summary>A step changed its status.</summary>
    public ValueTask PublishAsync(Step step, CancellationToken cancellationToken) =>
        AppendAsync(Of(step, Lower(step.Status.ToString())) with { Reason = step.Reason, Message = step.Message }, cancellationToken);

    /// <summary>A background step serves: where its ports are found.</summary>
    public ValueTask PublishReadyAsync(Step step, CancellationToken cancellationToken) =>
        AppendAsync(Of(step, Lower(step.Status.ToString())) with { Message = Join(step.Addresses()) }, cancellationToken);

    /// <summary>A step is busy with something else than before.</summary>
    public ValueTask PublishActivityAsync(Step step, CancellationToken cancellationToken) =>
        AppendAsync(Of(step, "activity") with { Message = step.Activity }, cancellationToken);

    /// <summary>An attempt failed and another one follows.</summary>
    public ValueTask PublishRetryAsync(Step step, CancellationToken cancellationToken) =>
        AppendAsync(Of(step, "retry") with { Reason = step.Reason, Message = step.Message }, cancellationToken);

    /// <summary>An execution changed its status, or something else of it that people follow.</summary>
    public ValueTask PublishAsync(Execution execution, string what, CancellationToken cancellationToken) => AppendAsync(new()
    {
        Id = default, // given by the store
        At = time.GetUtcNow(),
        Type = $"execution.{what}",
        ExecutionRef = execution.Id,
        Status = execution.Status.ToString(),
        Message = execution.Message ?? execution.CancelMessage,
    }, cancellationToken);

    private ValueTask AppendAsync(ExecutionEvent happened, CancellationToken cancellationToken) =>
        _waiting.Writer.WriteAsync(happened, cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Not base.StopAsync first: the loop ends by itself once the channel is complete and empty.
        _waiting.Writer.TryComplete();
        if (ExecuteTask is { } loop)
            await loop.WaitAsync(cancellationToken);
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<ExecutionEvent>();
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            while (group.Count < Group && _waiting.Reader.TryRead(out var happened))
                group.Add(happened);
            await events.AppendAsync(group, CancellationToken.None);
            group.Clear();
        }
    }

    private ExecutionEvent Of(Step step, string what) => new()
    {
        Id = default, // given by the store
        At = time.GetUtcNow(),
        Type = $"step.{what}",
        ExecutionRef = step.ExecutionRef,
        StepRef = step.Id,
        StepName = step.Name,
        Attempt = step.Attempt == 0 ? null : step.Attempt,
        Status = step.Status.ToString(),
    };

    private static string? Join(IReadOnlyDictionary<string, string> addresses) =>
        addresses.Count == 0 ? null : string.Join(", ", addresses.Select(address => $"{address.Value} → {address.Key}"));

    private static string Lower(string status) => char.ToLowerInvariant(status[0]) + status[1..];
}

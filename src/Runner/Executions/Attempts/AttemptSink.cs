using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>Writes what an executor tells of an attempt into its log and its step.</summary>
internal sealed class AttemptSink(
    HeldStep held,
    StepLogWriter log,
    EventPublisher events,
    ExecutionAdvancer advancer,
    Action<DateTimeOffset> started,
    Action collecting) : IStepSink
{
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the attempt runs.</summary>
    public Task Started => _started.Task;

    public ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        log.WriteAsync(stream, bytes, cancellationToken);

    public ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken)
    {
        log.Mark(mark);
        return ValueTask.CompletedTask;
    }

    /// <summary>Somebody beside the attempt may have to stop it.</summary>
    public Task StoppingAsync(StopRequest request, CancellationToken cancellationToken) => held.StoppingAsync(request, cancellationToken);

    public async ValueTask CollectingAsync(CancellationToken cancellationToken)
    {
        if (held.Step.Status == StepStatus.Collecting || !await held.CollectingAsync(cancellationToken))
            return;
        collecting();
        await events.PublishAsync(held.Step, cancellationToken);
    }

    public async ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken)
    {
        if (await held.SetActivityAsync(activity, cancellationToken))
            await events.PublishActivityAsync(held.Step, cancellationToken);
    }

    public async ValueTask StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var before = held.Step.Status;
        if (!await held.StartedAsync(handle, ports, at, cancellationToken))
            return;
        started(held.Step.StartedAt ?? at);
        _started.TrySetResult();
        if (before == StepStatus.Preparing)
            await events.PublishAsync(held.Step, cancellationToken);
        // Without a probe, a step that serves is taken to do so from its start.
        if (held.Step.Spec is { Background: true, ReadyProbe: null })
            await ReadyAsync(cancellationToken);
    }

    public async ValueTask ReadyAsync(CancellationToken cancellationToken)
    {
        var before = held.Step.Status;
        if (!await held.ReadyAsync(cancellationToken) || held.Step.Status == before)
            return;
        await events.PublishReadyAsync(held.Step, cancellationToken);
        await advancer.StepReadyAsync(held.Step, cancellationToken);
    }
}

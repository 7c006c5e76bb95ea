using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors;

/// <summary>Where an executor tells what happens to an attempt, while it happens. Called from one flow at a time, except for logs of the two streams, which never overlap either.</summary>
public interface IStepSink
{
    /// <summary>Bytes of a stream as they came, cut anywhere. Awaiting it is the backpressure: the bytes may be reused afterwards.</summary>
    ValueTask WriteLogAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Where the executor would go on reading after all that it wrote so far; it is given back in <see cref="LogPosition.Mark"/>.</summary>
    ValueTask MarkLogAsync(string mark, CancellationToken cancellationToken);

    /// <summary>What it is busy with before the step runs, for people: <c>pulling debian:bookworm-slim, 41 %</c>. Null: nothing worth a word.</summary>
    ValueTask ActivityAsync(string? activity, CancellationToken cancellationToken);

    /// <summary>The attempt runs.</summary>
    /// <param name="handle">Id of the container, Job or process.</param>
    ValueTask StartedAsync(string handle, ServedPorts ports, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The probe answered.</summary>
    ValueTask ReadyAsync(CancellationToken cancellationToken);

    /// <summary>The step itself has ended: what it left may be collected, where the executor waits for that.</summary>
    ValueTask CollectingAsync(CancellationToken cancellationToken);
}

public enum LogStream
{
    Stdout = 1,
    Stderr = 2,

    /// <summary>What Twinrunner itself has to say in a step's log.</summary>
    Runner = 3,
}

/// <summary>Bytes of each stream that are safely stored.</summary>
/// <param name="Mark">The executor's own word on a place at or before that; null: it said none.</param>
public readonly record struct LogPosition(long Stdout, long Stderr, string? Mark = null);

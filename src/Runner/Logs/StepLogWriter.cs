using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Logs;

/// <summary>Writes the log of one attempt.</summary>
public sealed class StepLogWriter : IAsyncDisposable
{
    /// <summary>Bytes of each stream that are stored: where an executor goes on after a restart.</summary>
    public LogPosition Stored => throw new NotImplementedException();

    /// <summary>Called with what the last <c>::progress 0.4</c> line said, at most once a page.</summary>
    public Func<double, ValueTask>? OnProgress { get; set; }

    /// <summary>Takes bytes as they came, cut anywhere. Awaiting it is the backpressure; the bytes may be reused afterwards.</summary>
    public ValueTask WriteAsync(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        throw new NotImplementedException();

    /// <summary>The streams have ended: stores everything, also lines without a newline. Nothing may be written afterwards.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => throw new NotImplementedException();

    /// <summary>Without <see cref="CompleteAsync"/>: lets go of the log; what isn't stored is read again from its source by the next writer.</summary>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}

namespace Twinrunner.Runner.Executors;

/// <summary>Sees bytes of a log without storing them.</summary>
internal delegate ValueTask LogObserver(LogStream stream, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

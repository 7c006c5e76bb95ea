using Twinrunner.Runner.Executors;

namespace Twinrunner.Runner.Logs;

/// <summary>One line of a step's log.</summary>
/// <param name="Number">From 1; it never changes.</param>
/// <param name="Bytes">The exact bytes without the newline; not always UTF-8.</param>
public readonly record struct LogLine(long Number, DateTimeOffset At, LogStream Stream, LogLineFlags Flags, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>In its stream, a newline follows these bytes.</summary>
    public bool HasNewline => (Flags & (LogLineFlags.Continues | LogLineFlags.NoNewline)) == 0;
}

/// <summary>What is special about a line, as stored in a page.</summary>
[Flags]
public enum LogLineFlags
{
    None = 0,

    /// <summary>Cut at the limit of a line.</summary>
    Cut = 1,

    /// <summary>The next line of the same stream continues this one.</summary>
    Continues = 2,

    /// <summary>The stream ended without a newline.</summary>
    NoNewline = 4,
}

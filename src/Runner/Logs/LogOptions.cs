namespace Twinrunner.Runner.Logs;

/// <summary>How step logs are stored.</summary>
public sealed record LogOptions
{
    /// <summary>Bytes of one attempt's log that are kept; what comes later is counted, not kept, and the log says so. Default 1 GiB; more costs space in the database.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>Bytes of one page. Default 56 KiB, with which the whole document still fits into a buffer of 64 KiB; more costs memory for every step that writes a lot.</summary>
    public int PageBytes { get; init; } = 56 * 1024;

    /// <summary>Bytes of one line; a longer one is stored as several that continue each other. Default 56 KiB, as much as a page.</summary>
    public int LineBytes { get; init; } = 56 * 1024;

    /// <summary>Longest time from a line to its page, default 250 ms; less costs a write to the database each. The first line after a silence is stored at once.</summary>
    public TimeSpan PageDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A line that has not ended by then (a prompt, a progress bar) is stored as far as it goes. Default 500 ms.</summary>
    public TimeSpan PartialLineDelay { get; init; } = TimeSpan.FromMilliseconds(500);
}

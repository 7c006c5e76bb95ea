using System.Globalization;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>How far a log was copied: so many bytes, of which a line begins at a known place.</summary>
/// <param name="Line">Null: nothing is known but the count of bytes.</param>
internal sealed record LogMark(long Bytes, MarkedLine? Line)
{
    /// <summary>Lines of the two outputs may be out of order by so much.</summary>
    public static readonly TimeSpan Disorder = TimeSpan.FromSeconds(1);

    /// <summary>From where a log has to be asked for: times are rounded down to seconds on their way to the node.</summary>
    public DateTimeOffset? Since => Line?.Time - Disorder;

    /// <param name="stored">What the sink has. Its mark may be of a place somewhat before.</param>
    public static LogMark Parse(LogPosition stored)
    {
        if (stored.Mark?.Split('|') is [var time, var same, var bytes]
            && DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            && int.TryParse(same, out var number) && long.TryParse(bytes, out var position))
            return new(stored.Stdout, new(at, number, position));
        return new(stored.Stdout, null);
    }

    public override string ToString() => Line is { } line ? $"{line.Time:O}|{line.Same}|{line.Bytes}" : "";
}

/// <param name="Same">How many lines right before it have the same time.</param>
/// <param name="Bytes">Of the log before this line.</param>
internal sealed record MarkedLine(DateTimeOffset Time, int Same, long Bytes);

using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>One line of a step's log.</summary>
public sealed record LogLineView
{
    /// <summary>From 1; it never changes, and is where a broken stream goes on.</summary>
    public required long Number { get; init; }

    public required DateTimeOffset At { get; init; }
    public required LogStreamKind Stream { get; init; }

    /// <summary>The line without its newline; bytes that are not UTF-8 are U+FFFD.</summary>
    public required string Text { get; init; }

    /// <summary>The line's exact bytes, where they are not UTF-8.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>The next line of the same stream continues this one: it was cut at the limit of a line.</summary>
    public bool Continues { get; init; }

    /// <summary>What came behind it was dropped, since the log reached its limit.</summary>
    public bool Cut { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<LogStreamKind>))]
public enum LogStreamKind
{
    Stdout = 1,
    Stderr = 2,

    /// <summary>What Twinrunner itself has to say.</summary>
    Runner = 3,
}

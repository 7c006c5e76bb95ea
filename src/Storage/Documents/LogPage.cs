using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>A page of a step's log (ODTP's collection <c>logs</c>): whole lines of both streams in the order in which they came.</summary>
public sealed record LogPage : Document<LogPage>
{
    /// <summary>The step, as a string of 24 digits, as ODTP writes it.</summary>
    [JsonPropertyName("stepRef")]
    public required string StepRef { get; init; }

    /// <summary>Time of the first line.</summary>
    [JsonPropertyName("timestamp")]
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The lines, joined by line feeds. Runs of bytes that are not UTF-8 are one U+FFFD here and exact in <see cref="Raw"/>.</summary>
    [JsonPropertyName("logstring"), JsonPropertyOrder(2)]
    public required Utf8Text Text { get; init; }

    /// <summary>The step's execution: all logs of an execution are read in the order of the pages' ids. Null in ODTP's own documents.</summary>
    public Id<Execution>? ExecutionRef { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Number of the first line, from 1.</summary>
    public required long FirstLine { get; init; }

    public required int LineCount { get; init; }

    /// <summary>
    /// For each line, three integers: milliseconds since <see cref="Timestamp"/>, stream (1 stdout, 2 stderr, 3 Twinrunner's own
    /// word), flags (1: cut at the line limit; 2: the stream's next line continues this one; 4: the stream ended without a newline).
    /// A newline follows the line in its stream unless flag 2 or 4 is set.
    /// </summary>
    [JsonPropertyOrder(1)]
    public required IReadOnlyList<int> Lines { get; init; }

    /// <summary>The page's exact bytes, where they are not valid UTF-8.</summary>
    [JsonPropertyOrder(3)]
    public byte[]? Raw { get; init; }

    /// <summary>Bytes of each stream of the attempt that are stored up to the end of this page: where to go on after a restart.</summary>
    public required long StdoutBytes { get; init; }

    public required long StderrBytes { get; init; }

    /// <summary>The executor's own word on where it would go on: at <see cref="StdoutBytes"/> or before.</summary>
    public string? Mark { get; init; }

    /// <summary>The log reached its limit: what came later was counted, not kept.</summary>
    public bool Truncated { get; init; }
}

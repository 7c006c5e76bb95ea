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

    /// <summary>The lines, joined by line feeds. Bytes that are not UTF-8 are U+FFFD here and exact in <see cref="Raw"/>.</summary>
    [JsonPropertyName("logstring")]
    public required string Text { get; init; }

    public required int Attempt { get; init; }

    /// <summary>Number of the first line, from 1.</summary>
    public required long FirstLine { get; init; }

    public required int LineCount { get; init; }

    /// <summary>
    /// For each line, three integers: milliseconds since <see cref="Timestamp"/>, stream (1 stdout, 2 stderr, 3 Twinrunner's own
    /// word), flags (1: cut at the line limit; 2: the next line continues this one; 4: no newline at the end).
    /// </summary>
    public required IReadOnlyList<int> Lines { get; init; }

    /// <summary>The page's bytes, where they are not valid UTF-8.</summary>
    public byte[]? Raw { get; init; }

    /// <summary>Bytes of each stream of the attempt that are stored up to the end of this page: where to go on after a restart.</summary>
    public required long StdoutBytes { get; init; }

    public required long StderrBytes { get; init; }
}

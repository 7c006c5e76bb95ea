using System.Text.Json.Serialization;

namespace Twinrunner.Client;

/// <summary>What an attempt of a step left: complete and verified, or not there at all.</summary>
public sealed record OutputView
{
    public required string Id { get; init; }
    public required string Href { get; init; }
    public required string ExecutionId { get; init; }
    public required string StepId { get; init; }
    public required int Attempt { get; init; }

    /// <summary><c>output</c>, <c>snapshot</c> or <c>logs</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Bytes of all files.</summary>
    public required long Size { get; init; }

    public required int FileCount { get; init; }

    /// <summary>SHA-256 of the manifest: the identity of the whole output. Of an ODTP's, which is one zip, that of the zip; empty as long as it was not brought here.</summary>
    public required string ManifestSha256 { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its files as a list; a file's content is below, at its path.</summary>
    public required string FilesHref { get; init; }

    /// <summary>All of it as one zip archive.</summary>
    public required string ArchiveHref { get; init; }
}

/// <summary>One file of an output, or something that could not be stored as one.</summary>
public sealed record OutputFileView
{
    /// <summary>Relative, with slashes.</summary>
    public required string Path { get; init; }

    public required OutputFileKind Kind { get; init; }
    public long Size { get; init; }

    /// <summary>Lower-case hexadecimal digits; of files only.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Permission bits, octal: <c>644</c>.</summary>
    public string? Mode { get; init; }

    /// <summary>Where a link points, relative to its folder.</summary>
    public string? Target { get; init; }

    /// <summary>Why its content was not stored.</summary>
    public string? LeftOut { get; init; }

    /// <summary>Its content.</summary>
    public string? Href { get; init; }
}

[JsonConverter(typeof(JsonStringEnumConverter<OutputFileKind>))]
public enum OutputFileKind { File, Link, Folder, Other }

namespace Twinrunner.Client;

/// <summary>Which executions to list, newest first. What is null doesn't matter.</summary>
public sealed record ExecutionQuery
{
    public ExecutionStatus? Status { get; init; }

    /// <summary>Id of the digital twin.</summary>
    public string? DigitalTwin { get; init; }

    /// <summary><c>name=value</c>.</summary>
    public string? Label { get; init; }

    /// <summary>Occurs in the title, whatever its case.</summary>
    public string? Text { get; init; }

    /// <summary>Cursor of the page: the last one's <see cref="Page{T}.Next"/>.</summary>
    public string? After { get; init; }

    /// <summary>Items of a page; the server gives 50 unless told, and at most 500.</summary>
    public int? Limit { get; init; }
}

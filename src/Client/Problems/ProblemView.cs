namespace Twinrunner.Client;

/// <summary>What went wrong, as problem details (RFC 9457). Every answer from 400 on is one.</summary>
public sealed record ProblemView
{
    /// <summary>One of <see cref="ProblemTypes"/>: it never changes for a kind of problem, so programs may look at it.</summary>
    public string Type { get => field ?? "about:blank"; init; }

    /// <summary>The kind of problem, for people.</summary>
    public string? Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public int? Status { get; init; }

    /// <summary>This problem: what happened, why, and what to do.</summary>
    public string? Detail { get; init; }

    /// <summary>Path of the request.</summary>
    public string? Instance { get; init; }

    /// <summary>Where exactly a workflow file or a request is wrong: all faults at once.</summary>
    public IReadOnlyList<FaultView>? Faults { get; init; }

    /// <summary>To find the request in the server's log.</summary>
    public string? TraceId { get; init; }
}

/// <summary>One fault of a workflow file or a request.</summary>
/// <param name="Line">Line in the text that was sent, from 1; 0: it has none.</param>
/// <param name="Column">Column in the line, from 1; 0: it has none.</param>
/// <param name="Where">What it is about: <c>steps.load.parameters.SEED</c>, or a member of the request.</param>
/// <param name="Hint">What to write instead.</param>
/// <param name="IsWarning">It stops nothing.</param>
public sealed record FaultView(int Line, int Column, string Where, string Message, string? Hint = null, bool IsWarning = false);

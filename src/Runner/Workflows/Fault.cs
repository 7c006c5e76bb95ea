namespace Twinrunner.Runner.Workflows;

/// <summary>Something wrong with a workflow file, for the person who wrote it.</summary>
/// <param name="Line">From 1; 0 when the fault isn't in the file (a parameter given at submission).</param>
/// <param name="Column">From 1.</param>
/// <param name="Where">Path in the file: <c>steps.analyse.retry.limit</c>.</param>
/// <param name="Message">What is wrong, as a clause without a full stop.</param>
/// <param name="Hint">What to write instead.</param>
/// <param name="IsWarning">The workflow runs all the same.</param>
public sealed record Fault(int Line, int Column, string Where, string Message, string? Hint, bool IsWarning = false);

using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows;

/// <summary>What a step's expressions see when it starts: the steps that it needs, as they ended or became ready.</summary>
/// <param name="Needs">By name as the steps are stored; an item of a matrix is <c>simulate[3]</c>.</param>
public sealed record RunTimeScope(Id<Execution> Execution, string Title, IReadOnlyDictionary<string, RunTimeStep> Needs);

/// <summary>One step needed.</summary>
/// <param name="Host">Name or address at which this step can be reached, while it serves.</param>
/// <param name="Ports">By port inside: the port at which to reach it on <paramref name="Host"/>.</param>
public sealed record RunTimeStep(
    StepStatus Status,
    int? ExitCode,
    IReadOnlyDictionary<string, string> Outputs,
    string? Host,
    IReadOnlyDictionary<int, int> Ports);

using Twinrunner.Bench.Measuring;

namespace Twinrunner.Bench.Scenarios;

/// <summary>One job that is measured, beside others that do it or a part of it.</summary>
internal interface IScenario
{
    /// <summary>As one asks for it: <c>make bench SCENARIO=name</c>.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>Leaves nothing behind: no folder, no process, no container.</summary>
    /// <exception cref="ScenarioUnavailableException">This machine lacks what it needs.</exception>
    Task<ScenarioReport> RunAsync(BenchSettings settings, CancellationToken cancellationToken);
}

/// <summary>What this machine lacks, in a sentence.</summary>
internal sealed class ScenarioUnavailableException(string message) : Exception(message);

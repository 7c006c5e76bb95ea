namespace Twinrunner.Bench.Measuring;

/// <summary>What a scenario found.</summary>
internal sealed record ScenarioReport(IReadOnlyList<Figure> Figures)
{
    public IReadOnlyList<BudgetLine> Budgets { get; init; } = [];

    /// <summary>What one has to know to read the figures.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>One row of a scenario's table. Ratios are over the first row.</summary>
internal sealed record Figure(string What, Samples Samples, Unit Unit);

/// <summary>How a figure is shown.</summary>
internal enum Unit { Milliseconds, Seconds, StepsPerSecond, CallsPerSecond, MegabytesPerSecond, Megabytes }

/// <summary>A budget of the design and what was measured.</summary>
internal sealed record BudgetLine(string What, string Budget, string Measured, bool Met);

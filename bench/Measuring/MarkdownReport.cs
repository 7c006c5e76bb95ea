using System.Text;
using Twinrunner.Bench.Scenarios;

namespace Twinrunner.Bench.Measuring;

/// <summary>Figures as tables that can be pasted into the documentation.</summary>
internal static class MarkdownReport
{
    public static string Of(IScenario scenario, ScenarioReport report)
    {
        var text = new StringBuilder($"### {scenario.Title}\n\n");
        var first = report.Figures[0];
        text.Append($"| | median | p10–p90 | n | × {first.What} |\n|---|---:|---:|---:|---:|\n");
        foreach (var figure in report.Figures)
        {
            var samples = figure.Samples;
            var spread = samples.Count < 2 ? "" : $"{Show(samples.Percentile(10), figure.Unit)}–{Show(samples.Percentile(90), figure.Unit)}";
            var ratio = figure.Unit == first.Unit ? $"{samples.Median / first.Samples.Median:0.00}" : "";
            text.Append($"| {figure.What} | {Show(samples.Median, figure.Unit)} {Name(figure.Unit)} | {spread} | {samples.Count} | {ratio} |\n");
        }
        if (report.Notes.Count > 0)
            text.Append('\n');
        foreach (var note in report.Notes)
            text.Append($"- {note}\n");
        return text.ToString();
    }

    public static string Of(IReadOnlyList<BudgetLine> budgets)
    {
        var text = new StringBuilder("### Budgets\n\n| what | budget | measured | met |\n|---|---|---|---|\n");
        foreach (var line in budgets)
            text.Append($"| {line.What} | {line.Budget} | {line.Measured} | {(line.Met ? "yes" : "**no**")} |\n");
        return text.ToString();
    }

    /// <param name="value">Seconds, or what the unit says.</param>
    public static string Show(double value, Unit unit) => unit switch
    {
        _ when double.IsNaN(value) => "–",
        Unit.Milliseconds when value < 0.01 => $"{value * 1000:0.00}",
        Unit.Milliseconds => $"{value * 1000:0}",
        Unit.Seconds => $"{value:0.00}",
        Unit.StepsPerSecond or Unit.CallsPerSecond => $"{value:0}",
        _ => $"{value:0.0}",
    };

    private static string Name(Unit unit) => unit switch
    {
        Unit.Milliseconds => "ms",
        Unit.Seconds => "s",
        Unit.StepsPerSecond => "steps/s",
        Unit.CallsPerSecond => "calls/s",
        Unit.MegabytesPerSecond => "MB/s",
        _ => "MB",
    };
}

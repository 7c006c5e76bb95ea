using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary>The steps of an execution as a table: where each stands, how long it took, and why it failed.</summary>
internal static class StepTable
{
    public static void Write(IReadOnlyList<StepView> steps, TextWriter writer, Style style, int? width, TimeProvider time)
    {
        var table = new Table("STEP", "STATUS", "TRY", "TIME", "WHAT");
        foreach (var step in steps)
        {
            table.Add(
                step.Name,
                new Cell(step.Status.ToString(), Tones.Of(step.Status)),
                step.Attempt > 1 ? step.Attempt.ToString() : "",
                Humane.Duration(step.StartedAt, step.EndedAt, time),
                What(step));
        }
        table.WriteTo(writer, style, width);
    }

    /// <summary>Why it failed, what it does, or where it can be reached.</summary>
    private static string What(StepView step)
    {
        if (step.Reason is { } reason)
            return step.Message is null ? reason.ToString() : $"{reason}: {step.Message}";
        if (step.Status is StepStatus.Running or StepStatus.Ready && step.Addresses.Count > 0)
            return string.Join(", ", step.Addresses.Select(address => $"{address.Value} → {address.Key}"));
        if (step.Progress is { } progress && !step.Status.IsFinal())
            return $"{progress:P0} {step.Activity}".TrimEnd();
        return step.Status is StepStatus.Cached ? "outputs of an earlier run" : step.Activity ?? step.Message ?? "";
    }
}

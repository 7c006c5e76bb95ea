using System.CommandLine;
using Twinrunner.Cli.Faults;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Running;

/// <summary>What would run, for <c>--dry-run</c> and <c>lint</c>.</summary>
internal static class PlanText
{
    public static int Print(PlanView plan, WorkflowText workflow, ParseResult arguments, OutputOption output, Terminal terminal)
    {
        FaultReport.Warn(plan.Warnings, workflow, terminal);
        output.Print(arguments, terminal, plan, writer =>
        {
            writer.WriteLine($"{plan.Title}: {Humane.Count(plan.Steps.Count, "step")}");
            foreach (var (name, value) in plan.Parameters)
                writer.WriteLine($"  {name} = {terminal.ForOut(value.ToString())}");
            writer.WriteLine();
            var table = new Table("STEP", "AFTER", "RUNS", "CACHE");
            foreach (var step in plan.Steps)
                table.Add(step.Name, string.Join(", ", step.DependsOn), Runs(step.Spec), step.Spec.Cache ? "yes" : "");
            table.WriteTo(writer, terminal.OutStyle, terminal.OutIsTerminal ? terminal.Width : null);
        });
        return ExitCode.Success;
    }

    private static string Runs(StepSpecView spec) => spec switch
    {
        { Component: { } component } => $"{component.Name}@{component.Version} ({component.Commit[..Math.Min(12, component.Commit.Length)]})",
        { Image: { } image } => image,
        { Command: [var program, ..] } => program,
        _ => spec.Kind.ToString().ToLowerInvariant(),
    };
}

using System.CommandLine;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Faults;

/// <summary>What a verb says about a workflow with faults.</summary>
internal static class FaultReport
{
    /// <summary>The exit code and sentence for a workflow that the server refused; its faults are printed first, with the lines that they are about.</summary>
    public static CliError Refused(ApiException refused, WorkflowText workflow, Terminal terminal)
    {
        terminal.Note(FaultText.Write(refused.Faults, workflow.Name, workflow.Text, terminal.ErrorStyle));
        var errors = refused.Faults.Count(fault => !fault.IsWarning);
        return CliError.Usage($"{Humane.Count(errors, "fault")} in {workflow.Name}; nothing was started", "docs/workflow-file.md describes every key");
    }

    public static void Warn(IReadOnlyList<FaultView> warnings, WorkflowText workflow, Terminal terminal)
    {
        if (warnings.Count > 0)
            terminal.Note(FaultText.Write(warnings, workflow.Name, workflow.Text, terminal.ErrorStyle));
    }
}

using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Executions;

/// <summary>The colour of a status.</summary>
internal static class Tones
{
    public static Tone Of(ExecutionStatus status) => status switch
    {
        ExecutionStatus.Succeeded => Tone.Good,
        ExecutionStatus.Failed => Tone.Bad,
        ExecutionStatus.Cancelled or ExecutionStatus.Paused => Tone.Warning,
        ExecutionStatus.Running => Tone.Busy,
        _ => Tone.Plain,
    };

    public static Tone Of(StepStatus status) => status switch
    {
        StepStatus.Succeeded or StepStatus.Cached => Tone.Good,
        StepStatus.Failed => Tone.Bad,
        StepStatus.Cancelled => Tone.Warning,
        StepStatus.Preparing or StepStatus.Running or StepStatus.Ready or StepStatus.Collecting => Tone.Busy,
        StepStatus.Skipped or StepStatus.Pending => Tone.Faint,
        _ => Tone.Plain,
    };
}

namespace Twinrunner.Runner.Executions;

/// <summary>How a runner takes and keeps work.</summary>
public sealed class SchedulerOptions
{
    /// <summary>Steps at once on this node; background and interactive steps are not counted. Raising it costs memory and processor time of the steps. Default: one per core, at least two.</summary>
    public int Slots { get; set; } = Math.Max(2, Environment.ProcessorCount);

    /// <summary>How long a runner may be silent before its steps are taken over. Raising it costs time after a crash. Default: 30 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often queued work is looked for when nothing announced any, and time limits are checked. Raising it delays retries and takeovers. Default: 1 s.</summary>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>When a step that no node can take is looked at again. Default: 30 s.</summary>
    public TimeSpan UnfitDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How often executions that stand still are looked at, for what a process that died did not come to do. Raising it delays them after a crash of another runner. Default: 1 min.</summary>
    public TimeSpan StandstillInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often containers left over from ended attempts are removed. Raising it leaves them longer on the disk. Default: 10 min.</summary>
    public TimeSpan OrphanInterval { get; set; } = TimeSpan.FromMinutes(10);
}

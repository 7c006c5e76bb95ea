namespace Twinrunner.Storage.Documents;

public enum ExecutionStatus { Queued, Running, Paused, Succeeded, Failed, Cancelled }

/// <summary>Where a step stands. A step moves down this list, and back to <see cref="Pending"/> or <see cref="Queued"/> for another attempt.</summary>
public enum StepStatus
{
    /// <summary>Waits for the steps in its <c>waitingFor</c>, for its execution's limit, or for its execution to be resumed.</summary>
    Pending,

    /// <summary>May be claimed by any runner that it fits.</summary>
    Queued,

    /// <summary>A runner stages its inputs and gets its image.</summary>
    Preparing,

    Running,

    /// <summary>A background or interactive step that runs and answers its probe.</summary>
    Ready,

    /// <summary>It ended; its outputs are being stored.</summary>
    Collecting,

    Succeeded,
    Failed,
    Cancelled,

    /// <summary>Its condition was false, or a step that it needs did not succeed.</summary>
    Skipped,

    /// <summary>Not run: an earlier step with the same inputs left the outputs that it refers to.</summary>
    Cached,
}

public static class StatusExtensions
{
    /// <summary>Nothing happens to it any more by itself.</summary>
    public static bool IsFinal(this StepStatus status) => status >= StepStatus.Succeeded;

    /// <summary>Its outputs may be used by steps that need it.</summary>
    public static bool IsSuccess(this StepStatus status) => status is StepStatus.Succeeded or StepStatus.Cached;

    /// <summary>A runner drives it under a lease.</summary>
    public static bool IsActive(this StepStatus status) => status is >= StepStatus.Preparing and <= StepStatus.Collecting;

    public static bool IsFinal(this ExecutionStatus status) => status >= ExecutionStatus.Succeeded;
}

/// <summary>Why an attempt did not succeed.</summary>
public enum FailureReason
{
    /// <summary>The image could not be pulled or is not there.</summary>
    ImagePull,

    /// <summary>The image could not be built from the component's repository.</summary>
    ImageBuild,

    /// <summary>A file, folder or output that the step takes is not there.</summary>
    InputMissing,

    /// <summary>The process ended with an exit code that means failure.</summary>
    ExitCode,

    /// <summary>The kernel killed it at its memory limit.</summary>
    OutOfMemory,

    /// <summary>A time limit passed.</summary>
    TimedOut,

    /// <summary>The cluster took it off its node.</summary>
    Evicted,

    /// <summary>No node can take it.</summary>
    Unschedulable,

    /// <summary>A file that the step promised is not in its outputs.</summary>
    OutputMissing,

    /// <summary>Its outputs could not be stored.</summary>
    OutputUpload,

    /// <summary>The runner lost its lease.</summary>
    LeaseLost,

    /// <summary>The engine, the network or a disk failed, not the step.</summary>
    Infrastructure,

    /// <summary>Somebody cancelled it.</summary>
    Cancelled,
}

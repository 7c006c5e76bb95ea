using System.Text.Json.Serialization;

namespace Twinrunner.Client;

[JsonConverter(typeof(JsonStringEnumConverter<StepStatus>))]
public enum StepStatus { Pending, Queued, Preparing, Running, Ready, Collecting, Succeeded, Failed, Cancelled, Skipped, Cached }

[JsonConverter(typeof(JsonStringEnumConverter<FailureReason>))]
public enum FailureReason
{
    ImagePull, ImageBuild, InputMissing, ExitCode, OutOfMemory, TimedOut, Evicted, Unschedulable, OutputMissing, OutputUpload,
    LeaseLost, Infrastructure, Cancelled,
}

public static class StatusExtensions
{
    /// <summary>Nothing happens to it any more by itself.</summary>
    public static bool IsFinal(this ExecutionStatus status) => status >= ExecutionStatus.Succeeded;

    /// <summary>Nothing happens to it any more by itself.</summary>
    public static bool IsFinal(this StepStatus status) => status >= StepStatus.Succeeded;
}

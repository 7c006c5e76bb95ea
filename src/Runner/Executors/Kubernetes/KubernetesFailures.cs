using System.Net;
using Twinrunner.Runner.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>Turns what a cluster says into results and sentences that tell what to do.</summary>
internal static class KubernetesFailures
{
    /// <summary>Result of an attempt whose Job the server refused, or that could not be followed.</summary>
    public static StepResult ToResult(KubernetesException e)
    {
        if (e.IsUnreachable)
            return StepResult.Failed(FailureReason.Infrastructure, e.Message);
        if (Says(e.Message, "exceeded quota"))
            return StepResult.Failed(FailureReason.Unschedulable, $"The namespace's quota is used up: {e.Message}");
        if (e.Status == HttpStatusCode.Forbidden && Says(e.Message, "cannot create", "cannot get", "cannot list", "cannot watch", "cannot patch", "cannot delete"))
            return StepResult.Failed(FailureReason.Infrastructure, $"Twinrunner's service account lacks a right (docs/kubernetes.md lists them): {e.Message}");
        if (e.Status is HttpStatusCode.Forbidden or HttpStatusCode.BadRequest || Says(e.Message, "admission webhook", "denied the request"))
            return StepResult.Failed(FailureReason.Unschedulable, $"The cluster does not admit it: {e.Message}");
        if (e.Status == HttpStatusCode.UnprocessableEntity)
            return StepResult.Failed(FailureReason.Unschedulable, $"The cluster can't make a Job of it: {e.Message}");
        return StepResult.Failed(FailureReason.Infrastructure, $"The API server could not start the step: {e.Message}");
    }

    /// <summary>What an event about a Job that gets no pod says; null: nothing that stops it.</summary>
    public static PodReading.Waiting? OfEvent(string message) =>
        Says(message, "exceeded quota") ? Stuck($"The namespace's quota is used up: {message}")
        : Says(message, "is forbidden", "denied", "violates PodSecurity", "not found", "Invalid value") ? Stuck($"The cluster does not admit its pod: {message}")
        : null;

    /// <summary>What a container waits for; null: it is on its way.</summary>
    public static PodReading.Waiting? OfWaiting(string reason, string? message) => reason switch
    {
        "ErrImagePull" or "ImagePullBackOff" or "RegistryUnavailable" or "ImageInspectError" =>
            new($"can't pull its image: {message}", StepResult.Failed(FailureReason.ImagePull, $"Its image can't be pulled ({reason}): {message} Check its name, and that the namespace has a pull secret where it needs a login (imagePullSecrets of the policy).")),
        "InvalidImageName" =>
            new("its image has no valid name", StepResult.Failed(FailureReason.ImagePull, $"Its image has no valid name ({reason}): {message}"), Hopeless: true),
        "ErrImageNeverPull" =>
            new("its image is not on the node", StepResult.Failed(FailureReason.ImagePull, $"Its image is not on the node, and may not be pulled: {message}"), Hopeless: true),
        "CreateContainerConfigError" when message is not null && Says(message, "runAsNonRoot", "non-numeric user") =>
            new("its image wants to run as root", StepResult.Failed(FailureReason.Unschedulable, $"Its image wants to run as root, which the policy doesn't allow (runAsRoot): {message}"), Hopeless: true),
        "CreateContainerConfigError" when message is not null && message.StartsWith("secret \"twin-", StringComparison.Ordinal) && Says(message, "not found") =>
            new("its first pod is gone", StepResult.Failed(FailureReason.Infrastructure, "Its pod was deleted, and another pod may not begin the same attempt."), Hopeless: true),
        "CreateContainerConfigError" or "CreateContainerError" or "RunContainerError" =>
            new($"its container can't be made: {message}", StepResult.Failed(FailureReason.Infrastructure, $"Its container can't be made ({reason}): {message}")),
        "CrashLoopBackOff" =>
            new("it crashes", StepResult.Failed(FailureReason.Infrastructure, $"A container of its pod crashes again and again: {message}")),
        _ => null,
    };

    /// <summary>Result of a container that the node's runtime could not start.</summary>
    public static StepResult NotStarted(TerminatedState end)
    {
        var text = end.Message ?? "";
        if (Says(text, "executable file not found", "no such file or directory"))
            return NotRun(ExitCodes.NotFound, $"Its image has no such command: {text}");
        if (Says(text, "permission denied", "exec format error"))
            return NotRun(ExitCodes.NotExecutable, $"Its command can't be executed: {text}");
        return StepResult.Failed(FailureReason.Infrastructure, $"The node could not start its container: {text}");
    }

    private static StepResult NotRun(int exitCode, string message) =>
        StepResult.Failed(FailureReason.ExitCode, message) with { ExitCode = exitCode };

    private static PodReading.Waiting Stuck(string sentence) =>
        new($"waits: {sentence}", StepResult.Failed(FailureReason.Unschedulable, sentence));

    private static bool Says(string text, params ReadOnlySpan<string> parts)
    {
        foreach (var part in parts)
        {
            if (text.Contains(part, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}

using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executions;

/// <summary>
/// Whether and when a failed attempt is tried again. Failures of the step itself are tried again within the user's limit;
/// failures around it within infrastructure's own.
/// </summary>
public static class RetryPolicy
{
    private static readonly TimeSpan InfrastructureBackoff = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MostBackoff = TimeSpan.FromMinutes(5);

    /// <summary>When to try again and on whose budget; null: not again.</summary>
    /// <param name="random">0 to 1, for the jitter.</param>
    public static RetryDecision? Decide(Step step, FailureReason reason, int? exitCode, double random)
    {
        var retry = step.Spec.Retry;
        if (reason is FailureReason.Cancelled or FailureReason.Unschedulable)
            return null;
        if (IsInfrastructure(reason))
        {
            return step.InfrastructureRetries < retry.Infrastructure
                ? new(Backoff(InfrastructureBackoff, 2, MostBackoff, 0.2, step.InfrastructureRetries, random), CountsAgainstUser: false)
                : null;
        }
        if (step.UserRetries >= retry.Limit
            || retry.Reasons is { Count: > 0 } reasons && !reasons.Contains(reason)
            || retry.ExitCodes is { Count: > 0 } codes && reason == FailureReason.ExitCode && !(exitCode is { } code && codes.Contains(code)))
            return null;
        var backoff = Backoff(
            retry.Backoff ?? TimeSpan.Zero, retry.Factor, retry.MaxBackoff ?? MostBackoff, retry.Jitter, step.UserRetries, random);
        return new(backoff, CountsAgainstUser: true);
    }

    /// <summary>Bytes of memory for the next attempt: it grows with each attempt that ended for lack of it.</summary>
    public static long? Memory(Step step)
    {
        if (step.Spec.Resources.Memory is not { } memory || step.Spec.Resources.MemoryGrowth <= 1)
            return step.Spec.Resources.Memory;
        var starved = step.Attempts.Count(attempt => attempt.Reason == FailureReason.OutOfMemory);
        var grown = memory * Math.Pow(step.Spec.Resources.MemoryGrowth, starved);
        return grown >= long.MaxValue ? long.MaxValue : (long)grown;
    }

    private static bool IsInfrastructure(FailureReason reason) => reason is
        FailureReason.ImagePull or FailureReason.Evicted or FailureReason.LeaseLost or FailureReason.Infrastructure or FailureReason.OutputUpload;

    private static TimeSpan Backoff(TimeSpan first, double factor, TimeSpan most, double jitter, int earlier, double random)
    {
        var seconds = Math.Min(first.TotalSeconds * Math.Pow(factor, earlier), most.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (1 - jitter + 2 * jitter * random));
    }
}

/// <param name="Backoff">Time to wait before the next attempt.</param>
public sealed record RetryDecision(TimeSpan Backoff, bool CountsAgainstUser);

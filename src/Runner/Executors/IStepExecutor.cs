using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors;

/// <summary>
/// Launches one attempt of a step somewhere: a container, a Job, a process. It sees neither a store nor HTTP. Each attempt is
/// launched at most once: its name is <see cref="StepKey.Name"/>, and a second start meets and adopts what is there.
/// </summary>
public interface IStepExecutor
{
    /// <summary><c>docker</c>, <c>kubernetes</c> or <c>process</c>.</summary>
    string Name { get; }

    /// <summary>Inputs, outputs and logs of its steps are in folders of this node. False: it stages and collects by itself.</summary>
    bool UsesFolders { get; }

    /// <summary>What it launched can be reached from every node: any runner may take it over. False: with its node it is lost.</summary>
    bool IsShared { get; }

    /// <summary>What is wrong with the engine, in a sentence to act on; null: nothing.</summary>
    Task<string?> CheckAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the image be where the attempt will run, pulling it where it must, and says which bytes it is: the step cache and
    /// the plan's <see cref="StepPlan.ImageDigest"/> are keyed by that. Executors without images answer with no digest.
    /// </summary>
    Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken);

    /// <summary>
    /// Gets the image, starts the attempt, follows its log to the end, and returns how it ended, with its files in the plan's
    /// folders readable and removable by this process. What was launched is kept until <see cref="RemoveAsync"/>.
    /// Failures of the step or the engine are results, not exceptions.
    /// </summary>
    /// <param name="cancellationToken">Lets go without stopping: what runs goes on and can be adopted by <see cref="AttachAsync"/>.</param>
    Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken);

    /// <summary>
    /// Takes over an attempt that this or another process launched, also one that has ended meanwhile. The log goes on exactly
    /// after <paramref name="stored"/>. Null: there is no such attempt, it may be launched.
    /// </summary>
    Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken);

    /// <summary>Asks the attempt to stop and kills it after the grace period; the running <see cref="RunAsync"/> then returns. No attempt: nothing happens.</summary>
    Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken);

    /// <summary>Removes what was launched for an ended attempt. No attempt: nothing happens.</summary>
    Task RemoveAsync(StepKey step, CancellationToken cancellationToken);

    /// <summary>Makes the network on which an execution's steps reach each other by name; does nothing where it is there.</summary>
    Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken);

    Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken);

    /// <summary>Every attempt that this installation launched and that was not removed, running or ended.</summary>
    IAsyncEnumerable<OwnedStep> ListOwnAsync(CancellationToken cancellationToken);
}

/// <summary>One attempt of one step.</summary>
public readonly record struct StepKey(Id<Step> Step, int Attempt)
{
    /// <summary>Name of its container, Job or process group.</summary>
    public string Name => $"twin-{Step}-{Attempt}";
}

/// <summary>An image that is there, or the failure to get it.</summary>
/// <param name="Digest"><c>sha256:…</c>; null for executors without images, and where <paramref name="Failure"/> is set.</param>
public sealed record ResolvedImage(string? Digest, StepResult? Failure = null);

/// <summary>An attempt found at the executor.</summary>
public sealed record OwnedStep(StepKey Key, Id<Execution> Execution, bool Running);

/// <summary>How an attempt ended. Build it with the two factories.</summary>
public sealed record StepResult
{
    /// <summary>Null: it ran to its end and exited 0.</summary>
    public FailureReason? Reason { get; private init; }

    public string? Message { get; private init; }
    public int? ExitCode { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The attempt came as far as running, so that it may have left outputs.</summary>
    public bool Ran => StartedAt is not null;

    public bool Succeeded => Reason is null;

    public static StepResult Success(DateTimeOffset? startedAt, DateTimeOffset? endedAt) =>
        new() { ExitCode = 0, StartedAt = startedAt, EndedAt = endedAt };

    public static StepResult Failed(FailureReason reason, string message) => new() { Reason = reason, Message = message };
}

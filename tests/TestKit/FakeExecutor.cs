using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.TestKit;

/// <summary>
/// Launches nothing, but keeps an executor's promises: an attempt is launched once, goes on when it is let go of, can be
/// attached to, and is kept until it is removed. What a step does is given by its name; otherwise it succeeds at once. It
/// outlives the host, as containers do.
/// </summary>
public sealed class FakeExecutor(TimeProvider time) : IStepExecutor
{
    private readonly ConcurrentDictionary<StepKey, Attempt> _attempts = new();
    private readonly ConcurrentQueue<(StepKey Key, string StepName)> _launches = new();

    private int _running;
    private int _mostRunning;

    public string Name => "docker";

    public bool UsesFolders { get; init; } = true;

    public bool IsShared { get; init; }

    /// <summary>What the step of that name does.</summary>
    public ConcurrentDictionary<string, Func<FakeStep, Task<StepResult>>> Behaviours { get; } = new();

    /// <summary>Every launch, in order.</summary>
    public IReadOnlyList<(StepKey Key, string StepName)> Launches => [.. _launches];

    /// <summary>Attempts that were launched and not removed.</summary>
    public IReadOnlyCollection<StepKey> Kept => [.. _attempts.Keys];

    /// <summary>The most steps that ever ran at once.</summary>
    public int MostRunning => Volatile.Read(ref _mostRunning);

    public Task<string?> CheckAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken) =>
        Task.FromResult(new ResolvedImage(digest ?? "sha256:" + Convert.ToHexStringLower(Encoding.UTF8.GetBytes(image))));

    public async Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken)
    {
        var attempt = _attempts.GetOrAdd(plan.Key, _ => Launch(plan));
        return await FollowAsync(attempt, sink, cancellationToken);
    }

    public async Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken) =>
        _attempts.TryGetValue(plan.Key, out var attempt) ? await FollowAsync(attempt, sink, cancellationToken) : null;

    public Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken)
    {
        if (_attempts.TryGetValue(step, out var attempt))
            attempt.Step.AskToStop();
        return Task.CompletedTask;
    }

    public Task RemoveAsync(StepKey step, CancellationToken cancellationToken)
    {
        _attempts.TryRemove(step, out _);
        return Task.CompletedTask;
    }

    public Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<OwnedStep> ListOwnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (key, attempt) in _attempts)
            yield return new(key, attempt.Step.Plan.Execution, !attempt.Result.IsCompleted);
    }

    private Attempt Launch(StepPlan plan)
    {
        _launches.Enqueue((plan.Key, plan.StepName));
        var step = new FakeStep(plan, time.GetUtcNow());
        return new(step, RunAsync(step));
    }

    private async Task<StepResult> RunAsync(FakeStep step)
    {
        var now = Interlocked.Increment(ref _running);
        InterlockedMax(now);
        try
        {
            // Matrix items share their step's behaviour unless they have one of their own.
            var name = step.Plan.StepName;
            var result = Behaviours.TryGetValue(name, out var act) || Behaviours.TryGetValue(name[..Math.Max(name.LastIndexOf('-'), 0)], out act)
                ? await act(step)
                : StepResult.Success(null, null);
            return result with { StartedAt = step.StartedAt, EndedAt = time.GetUtcNow() };
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    private void InterlockedMax(int now)
    {
        int most;
        while ((most = Volatile.Read(ref _mostRunning)) < now && Interlocked.CompareExchange(ref _mostRunning, now, most) != most)
        {
        }
    }

    private static async Task<StepResult> FollowAsync(Attempt attempt, IStepSink sink, CancellationToken cancellationToken)
    {
        await sink.StartedAsync("fake", ServedPorts.None, attempt.Step.StartedAt, cancellationToken);
        return await attempt.Result.WaitAsync(cancellationToken);
    }

    private sealed record Attempt(FakeStep Step, Task<StepResult> Result);
}

/// <summary>One attempt of a step at a <see cref="FakeExecutor"/>.</summary>
public sealed class FakeStep(StepPlan plan, DateTimeOffset startedAt)
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public StepPlan Plan => plan;

    public DateTimeOffset StartedAt => startedAt;

    /// <summary>Completes when the step is asked to stop.</summary>
    public Task StopAsked => _stop.Task;

    public void AskToStop() => _stop.TrySetResult();

    /// <summary>Leaves a file among the outputs.</summary>
    public void Leave(string path, string text)
    {
        var file = Path.Combine(plan.Folders!.Output, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <summary>The text of an input file.</summary>
    public string Input(string path) => File.ReadAllText(Path.Combine(plan.Folders!.Input, path));

    public static StepResult Exit(int code) => code == 0
        ? StepResult.Success(null, null)
        : StepResult.Failed(FailureReason.ExitCode, $"It ended with exit code {code}.") with { ExitCode = code };
}

using Twinrunner.Runner.Api;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Executions.Attempts;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Attempts;

/// <summary>What the helpers of an attempt may have and leave. Nothing that they say is believed: they run beside a component.</summary>
internal sealed class AttemptService(
    AttemptTokens tokens,
    StepStore steps,
    ExecutionStore executions,
    OutputStore outputs,
    InputResolver resolver,
    ManifestReader manifests,
    IObjectStore objects,
    ChangeFeed changes,
    TimeProvider time)
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AddressLifetime = TimeSpan.FromHours(6);

    public StepKey? Read(string token) => tokens.Read(token);

    /// <summary>Null: that attempt is over.</summary>
    public async Task<Step?> FindAsync(StepKey key, CancellationToken cancellationToken) =>
        await steps.GetAsync(key.Step, cancellationToken) is { } step && step.Attempt == key.Attempt && step.Status.IsActive() ? step : null;

    public async Task<ResolvedInputs> InputsAsync(Step step, CancellationToken cancellationToken)
    {
        var dependencies = step.DependsOn.Count == 0 ? [] : await steps.GetManyAsync(step.DependsOn, cancellationToken);
        if (await executions.GetAsync(step.ExecutionRef, cancellationToken) is not { } execution)
            return ResolvedInputs.Incomplete("Its execution is gone.");
        // Stored texts keep their expressions; those of inline files are worked out here as they were for the plan.
        var problems = new List<string>();
        var scope = StepCondition.ScopeOf(execution, dependencies);
        var inputs = step.Spec.Inputs.Select(input => input.Raw is { } raw ? input with { Raw = RunTimeExpressions.Expand(raw, scope, problems) } : input).ToList();
        return await resolver.ResolveAsync(step with { Spec = step.Spec with { Inputs = inputs } }, dependencies, cancellationToken);
    }

    /// <summary>Where an object can be read or written without our token: at the store, or relative to our own address.</summary>
    public async Task<string> AddressAsync(PresignedVerb verb, string key, CancellationToken cancellationToken) =>
        await objects.PresignAsync(key, verb, AddressLifetime, cancellationToken) is { } address
            ? address.AbsoluteUri
            : $"{ApiSetup.Prefix[1..]}{AttemptEndpoints.Path}/objects{tokens.SignObject(verb, key)}";

    /// <param name="known">The order that it has: only another one is an answer. After the one to collect, that is a person's wish for an end.</param>
    public async Task<AttemptOrder> OrderAsync(StepKey key, AttemptState known, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        using var wait = new ChangeWait(changes, time, ChangeTopic.StepStop(key.Step));
        while (true)
        {
            if (await FindAsync(key, cancellationToken) is not { } step)
                return new(AttemptState.Over, 0);
            var state = StateOf(step, known);
            if (state != known)
                return new(state, step.Spec.Grace.TotalSeconds);
            if (time.GetElapsedTime(since) >= LongestPoll)
                return new(AttemptState.Runs, 0);
            wait.Also(ChangeTopic.Execution(step.ExecutionRef));
            await wait.WaitAsync(cancellationToken);
        }
    }

    private static AttemptState StateOf(Step step, AttemptState known) => step switch
    {
        { Status: StepStatus.Collecting } when known != AttemptState.Collect => AttemptState.Collect,
        { Status: StepStatus.Collecting, Stop: not { Reason: FailureReason.Cancelled } } => AttemptState.Collect,
        { Stop: not null } => AttemptState.Stop,
        _ => known,
    };

    /// <summary>Keeps an output whose files and manifest are stored. What is wrong with it, in a sentence; null: it is kept.</summary>
    public async Task<string?> CompleteAsync(Step step, Output said, CancellationToken cancellationToken)
    {
        if (!OutputCollector.IsOf(step, said))
            return "That is not an output of this attempt.";
        var known = (await InputsAsync(step, cancellationToken)).Files.Select(file => file.Key).ToHashSet(StringComparer.Ordinal);
        long size = 0;
        var count = 0;
        await foreach (var entry in manifests.ReadAsync(said, cancellationToken))
        {
            // Whoever may read an output may read what its manifest names: that has to be this attempt's own, or its input.
            if (entry.Key is { } key && !OutputCollector.IsBelow(step, key) && !known.Contains(key))
                return $"'{entry.Path}' is said to be in an object that is none of this attempt's.";
            if (entry is { Kind: EntryKind.File, LeftOut: null })
                (count, size) = (count + 1, size + entry.Size);
        }
        if ((count, size) != (said.FileCount, said.Size))
            return "The manifest doesn't hold what the output says.";
        await outputs.TryInsertAsync(said, cancellationToken);
        changes.Signal(ChangeTopic.StepOutputs(step.Id));
        return null;
    }

    /// <summary>Returns when a helper has stored all that the attempt left.</summary>
    public async Task StoredAsync(StepKey key, CancellationToken cancellationToken)
    {
        using var stored = changes.Subscribe(ChangeTopic.StepOutputs(key.Step));
        while (!(await outputs.FindByStepAsync(key.Step, cancellationToken)).Any(output => output.Attempt == key.Attempt && output.OutputType == "output"))
            await stored.WaitAsync(cancellationToken);
    }
}

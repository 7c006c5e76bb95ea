using System.Text.Json;
using Twinrunner.Registry.Images;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Workflows;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>
/// Turns a claimed step into a plan that an executor can launch: its image is there, its inputs are found and placed, its
/// expressions are worked out. Or finds that an earlier step already left what this one would.
/// </summary>
internal sealed class StepPreparation(
    StepStore steps,
    ComponentImages images,
    InputResolver resolver,
    InputStager stager,
    WorkFolders folders,
    OutputAliases aliases)
{
    /// <summary>Prepares an attempt. Nothing is launched yet.</summary>
    /// <param name="secrets">Values by the secrets' names.</param>
    /// <param name="adopted">The attempt may have been launched already: then its image is known and its cache was asked.</param>
    public async Task<PreparedStep> PrepareAsync(
        HeldStep held,
        Execution execution,
        IStepExecutor executor,
        IStepSink sink,
        IReadOnlyDictionary<string, string> secrets,
        bool adopted,
        CancellationToken cancellationToken)
    {
        var dependencies = held.Step.DependsOn.Count == 0 ? [] : await steps.GetManyAsync(held.Step.DependsOn, cancellationToken);
        var problems = new List<string>();
        var step = Expand(held.Step, StepCondition.ScopeOf(execution, dependencies), problems);
        var spec = step.Spec;
        if (problems.Count > 0)
            return PreparedStep.Failed(FailureReason.InputMissing, string.Join(" ", problems));

        var inputs = await resolver.ResolveAsync(step, dependencies, cancellationToken);
        if (!inputs.Complete)
            return PreparedStep.Failed(FailureReason.InputMissing, inputs.Missing);

        if (spec.Kind != StepKind.Process && !(adopted && spec.ImageDigest is not null))
        {
            var (resolved, failure) = await WithImageAsync(spec, executor, sink, cancellationToken);
            if (failure is not null)
                return PreparedStep.Failed(failure);
            spec = resolved;
        }

        // Without a digest it isn't known what ran: no other step may stand in for it.
        var key = spec.Cache && (spec.ImageDigest is not null || spec.Kind == StepKind.Process) ? StepCacheKey.Compute(spec, spec.ImageDigest ?? "", step.Parameters, inputs) : null;
        if (key is not null && !execution.NoCache && !adopted
            && await steps.FindCachedAsync(key, cancellationToken) is { } earlier
            && await aliases.AliasAsync(step, earlier, cancellationToken) is { } output)
            return PreparedStep.FromCache(earlier, output);

        // What is stored keeps its expressions: another attempt may see other values.
        await held.SetPreparedAsync(held.Step.Spec with { Image = spec.Image, ImageDigest = spec.ImageDigest }, key, cancellationToken);
        var places = executor.UsesFolders ? folders.Create(new(step.Id, step.Attempt)) : null;
        var plan = StepPlanBuilder.Build(step, spec, execution, places, secrets) with { HasInputs = inputs.Files.Count > 0 };
        return PreparedStep.Launch(plan, inputs);
    }

    /// <summary>Places the inputs of an attempt that is about to be launched.</summary>
    public Task StageAsync(PreparedStep prepared, IStepSink sink, CancellationToken cancellationToken) =>
        prepared.Plan?.Folders is { } places
            ? stager.StageAsync(prepared.Inputs, places, told => sink.ActivityAsync(told, cancellationToken).AsTask(), cancellationToken)
            : Task.CompletedTask;

    private async Task<(StepSpec Spec, StepResult? Failure)> WithImageAsync(
        StepSpec spec,
        IStepExecutor executor,
        IStepSink sink,
        CancellationToken cancellationToken)
    {
        if (spec.Component is { } pin)
        {
            var built = (executor.IsShared ? await images.FindPublishedAsync(pin.Version, cancellationToken) : null)
                ?? await images.EnsureAsync(pin.Version, new BuildProgress(sink), cancellationToken);
            return built.Succeeded
                ? (spec with { Image = built.Reference, ImageDigest = built.Digest }, null)
                : (spec, StepResult.Failed(built.Reason.Value, built.Message));
        }
        var resolved = await executor.ResolveImageAsync(spec.Image!, spec.ImageDigest, sink, cancellationToken);
        return (spec with { ImageDigest = resolved.Digest }, resolved.Failure);
    }

    /// <summary>The step with what only its start could tell put into its texts.</summary>
    private static Step Expand(Step step, RunTimeScope scope, List<string> problems)
    {
        var spec = step.Spec;
        return step with
        {
            Spec = spec with
            {
                Entrypoint = spec.Entrypoint?.Select(Text).ToList(),
                Command = spec.Command?.Select(Text).ToList(),
                Script = spec.Script is null ? null : Text(spec.Script),
                Environment = spec.Environment.ToDictionary(pair => pair.Key, pair => Text(pair.Value)),
                Inputs = [.. spec.Inputs.Select(input => input.Raw is null ? input : input with { Raw = Text(input.Raw) })],
            },
            Parameters = step.Parameters.ToDictionary(pair => pair.Key, pair => Value(pair.Value)),
        };

        string Text(string text) => RunTimeExpressions.Expand(text, scope, problems);

        JsonElement Value(JsonElement value) => value.ValueKind == JsonValueKind.String
            && value.GetString()! is var text && text.Contains("${{", StringComparison.Ordinal)
            ? JsonSerializer.SerializeToElement(Text(text), DocumentJson.Default.String)
            : value;
    }

    /// <summary>A build's lines stand in the log of the step that waits for it.</summary>
    private sealed class BuildProgress(IStepSink sink) : IBuildProgress
    {
        public ValueTask LineAsync(string line, CancellationToken cancellationToken) => sink.SayAsync(line, cancellationToken);
    }
}

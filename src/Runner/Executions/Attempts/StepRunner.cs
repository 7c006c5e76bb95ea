using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Secrets;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Executions.Attempts;

/// <summary>
/// Takes one attempt of a step from its claim to its end. Three things may cut it short, and they differ: a wish to stop
/// ends the attempt, shutdown lets go of it so that it can be adopted, and a lost lease leaves it to whoever took it over.
/// </summary>
internal sealed partial class StepRunner(
    StepPreparation preparation,
    StepCompletion completion,
    ExecutionStore executions,
    StepStore steps,
    ExecutorSet executors,
    StepLogs logs,
    SecretService secrets,
    WorkFolders folders,
    ExecutionAdvancer advancer,
    EventPublisher events,
    ChangeFeed changes,
    StepMeters meters,
    TimeProvider time,
    ILogger<StepRunner> logger)
{
    private static readonly TimeSpan CleanUpLimit = TimeSpan.FromMinutes(1);

    /// <summary>Drives the held step until its attempt has ended, the lease is lost, or the process shuts down.</summary>
    /// <param name="adopted">An earlier process, or this one in an earlier life, may have launched the attempt.</param>
    public async Task RunAsync(HeldStep held, bool adopted, CancellationToken shutdown)
    {
        using var stop = new StopSource();
        using var letGo = CancellationTokenSource.CreateLinkedTokenSource(shutdown, held.Lost);
        var watching = WatchForStopAsync(held, stop, letGo.Token);
        try
        {
            var before = held.Step.Kept;
            var execution = await executions.GetAsync(held.Step.ExecutionRef, letGo.Token);
            var end = execution is null
                ? completion.EndOf(StepResult.Failed(FailureReason.InputMissing, "Its execution is gone."))
                : await AttemptAsync(held, execution, adopted, stop, letGo.Token);
            if (await completion.CompleteAsync(held, end, letGo.Token))
                await CleanUpAsync(held.Step, hadNetwork: execution is { Network: not null }, before);
        }
        catch (OperationCanceledException) when (letGo.IsCancellationRequested)
        {
            if (held.Lost.IsCancellationRequested)
                await AbandonAsync(held.Step);
        }
        catch (Exception exception)
        {
            LogBroken(exception, held.Step.Name, held.Step.Id);
            await FailAsync(held, exception, letGo.Token);
        }
        finally
        {
            await letGo.CancelAsync();
            await watching;
        }
    }

    private async Task<StepEnd> AttemptAsync(HeldStep held, Execution execution, bool adopted, StopSource stop, CancellationToken letGo)
    {
        var step = held.Step;
        if (execution.CancelRequestedAt is not null)
            stop.Ask(new(execution.CancelReason, execution.CancelMessage!, time.GetUtcNow()));

        var values = await secrets.ResolveAsync([.. step.Spec.Secrets.Values.Distinct()], letGo);
        await using var log = adopted
            ? await logs.OpenAsync(new(step.Id, step.Attempt), [.. values.Values.Values], letGo)
            : await logs.OpenNewAsync(step, [.. values.Values.Values], letGo);
        log.OnProgress = async progress => await held.SetProgressAsync(progress, letGo);
        using var limits = new AttemptLimits(step, stop, time);
        var sink = new AttemptSink(held, log, events, advancer, limits.Started, limits.Collecting);

        if (!adopted)
            await events.PublishAsync(step, letGo);
        var end = await RunToEndAsync(held, execution, values, adopted, stop, sink, log, letGo);
        if (end is { Message: { } message, Status: not StepStatus.Succeeded })
            await sink.SayAsync(message, letGo);
        await log.CompleteAsync(letGo);
        return end;
    }

    private async Task<StepEnd> RunToEndAsync(
        HeldStep held,
        Execution execution,
        ResolvedSecrets values,
        bool adopted,
        StopSource stop,
        AttemptSink sink,
        StepLogWriter log,
        CancellationToken letGo)
    {
        if (values.Missing.Count > 0)
        {
            var name = values.Missing[0];
            return completion.EndOf(StepResult.Failed(FailureReason.InputMissing, $"The secret '{name}' is not stored: run 'twin secret set {name}'."));
        }
        if (await completion.CollectKeptAsync(held, stop, sink, letGo) is { } stored)
            return stored;
        var executor = executors.For(held.Step.Spec);
        using var preparing = CancellationTokenSource.CreateLinkedTokenSource(letGo, stop.Requested);
        PreparedStep prepared;
        StepResult? result = null;
        try
        {
            prepared = await preparation.PrepareAsync(held, execution, executor, sink, values.Values, adopted, preparing.Token);
            if (prepared.Cached is var (from, output))
                return CachedEnd(from, output);
            if (!prepared.CanLaunch)
                return completion.EndOf(prepared.Failure!);
            if (!adopted)
                await StageAsync(prepared, executor, sink, preparing.Token);
        }
        catch (OperationCanceledException) when (stop.Request is not null && !letGo.IsCancellationRequested)
        {
            return completion.EndOf(Stopped(stop.Request!, null));
        }

        var launch = new Launch(executor, prepared.Plan, sink, stop);
        if (adopted)
        {
            result = await launch.FollowAsync(token => executor.AttachAsync(prepared.Plan, log.Stored, sink, token), mayLetGo: false, letGo);
            if (result is null)
                await StageAsync(prepared, executor, sink, letGo);
        }
        result ??= await launch.FollowAsync(async token => await executor.RunAsync(prepared.Plan, sink, token), mayLetGo: true, letGo);
        if (stop.Request is { } request && result is not { Succeeded: true })
            result = Stopped(request, result);
        return await completion.CollectAsync(held, prepared, result!, stop, sink, letGo);
    }

    private async Task StageAsync(PreparedStep prepared, IStepExecutor executor, IStepSink sink, CancellationToken cancellationToken)
    {
        await preparation.StageAsync(prepared, sink, cancellationToken);
        if (prepared.Plan!.Network == StepNetwork.Execution)
            await executor.EnsureNetworkAsync(prepared.Plan.Execution, cancellationToken);
    }

    /// <summary>The result of an attempt that was stopped: what the wish says, with the times of what ran.</summary>
    private static StepResult Stopped(StopRequest request, StepResult? result) => (request.Reason is { } reason
        ? StepResult.Failed(reason, request.Message)
        : StepResult.Success(null, null)) with
    {
        ExitCode = result?.ExitCode,
        StartedAt = result?.StartedAt,
        EndedAt = result?.EndedAt,
    };

    private StepEnd CachedEnd(Step from, Output output) => new(StepStatus.Cached, time.GetUtcNow())
    {
        CachedFrom = from.Id,
        Output = output.Id,
        OutputValues = from.OutputValues,
        ExitCode = from.ExitCode,
    };

    /// <summary>Sees wishes to stop that others write into the step.</summary>
    private async Task WatchForStopAsync(HeldStep held, StopSource stop, CancellationToken cancellationToken)
    {
        try
        {
            using var subscription = changes.Subscribe(ChangeTopic.StepStop(held.Step.Id));
            while (await held.RefreshAsync(cancellationToken))
            {
                if (held.Step.Stop is { } request)
                {
                    stop.Ask(request);
                    break;
                }
                await subscription.WaitAsync(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
    }

    private async Task FailAsync(HeldStep held, Exception exception, CancellationToken cancellationToken)
    {
        try
        {
            var end = completion.EndOf(StepResult.Failed(FailureReason.Infrastructure, $"Twinrunner could not go on with it: {exception.Message}"));
            if (await completion.CompleteAsync(held, end, cancellationToken))
                await CleanUpAsync(held.Step, hadNetwork: true);
        }
        catch (Exception second) when (second is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // The lease runs out and the sweep takes the step from there.
            LogBroken(second, held.Step.Name, held.Step.Id);
        }
    }

    /// <summary>After a lost lease: if the attempt itself was given up, not just taken over, it must not run on beside its successor.</summary>
    private async Task AbandonAsync(Step held)
    {
        LogLost(held.Name, held.Id);
        meters.LeaseLost();
        using var limit = new CancellationTokenSource(CleanUpLimit, time);
        var now = await steps.GetAsync(held.Id, limit.Token);
        if (now is null || now.Attempt != held.Attempt || !now.Status.IsActive())
            await RemoveAsync(held, limit.Token);
    }

    /// <param name="kept">Outputs that were kept when the attempt began.</param>
    private async Task CleanUpAsync(Step step, bool hadNetwork, KeptOutputs? kept = null)
    {
        using var limit = new CancellationTokenSource(CleanUpLimit, time);
        await RemoveAsync(step, limit.Token);
        if (kept is not null && kept.Attempt != step.Kept?.Attempt)
            folders.Delete(new(step.Id, kept.Attempt));
        if (hadNetwork && await executions.GetAsync(step.ExecutionRef, limit.Token) is { Network: not null } execution && execution.Status.IsFinal())
            await executors.For(step.Spec).RemoveNetworkAsync(execution.Id, limit.Token);
    }

    private async Task RemoveAsync(Step step, CancellationToken cancellationToken)
    {
        var key = new StepKey(step.Id, step.Attempt);
        try
        {
            await executors.For(step.Spec).RemoveAsync(key, cancellationToken);
            if (step.Kept?.Attempt != step.Attempt)
                folders.Delete(key);
        }
        catch (Exception exception)
        {
            // What is left over is swept later; the step has ended all the same.
            LogLeftOver(exception, step.Name, step.Id);
        }
    }

    [LoggerMessage(LogLevel.Error, "Driving step {Name} ({Id}) failed")]
    private partial void LogBroken(Exception exception, string name, Storage.Id<Step> id);

    [LoggerMessage(LogLevel.Warning, "The lease of step {Name} ({Id}) is lost: another runner has it")]
    private partial void LogLost(string name, Storage.Id<Step> id);

    [LoggerMessage(LogLevel.Warning, "Cleaning up after step {Name} ({Id}) failed; it is tried again later")]
    private partial void LogLeftOver(Exception exception, string name, Storage.Id<Step> id);
}

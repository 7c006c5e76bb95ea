using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Runner.Executors.Probes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Docker;

/// <summary>Runs each attempt as one container of an engine on this machine, named by the attempt.</summary>
public sealed partial class DockerExecutor(
    DockerEngine engine, DockerOptions options, IRegistryLogins logins, TimeProvider time, ILogger<DockerExecutor> logger)
    : IStepExecutor, IDisposable
{
    private const int CreateTries = 100;
    private static readonly TimeSpan CreateRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ProbeRetry = TimeSpan.FromSeconds(1);

    private readonly StepImages _images = new(engine, logins, time);
    private readonly StepNetworks _networks = new(engine, options);
    private readonly EngineRetry _retry = new(time, options.EngineAbsence);
    private readonly ContainerEnding _ending = new(engine, options);

    public string Name => "docker";

    public bool UsesFolders => true;

    public bool IsShared => false;

    public void Dispose() => _networks.Dispose();

    public async Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            await engine.VersionAsync(cancellationToken);
            return null;
        }
        catch (DockerException e)
        {
            return e.IsUnreachable ? EngineFailures.DescribeUnreachable(engine.Address, e) : e.Message;
        }
    }

    public async Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await _images.EnsureAsync(image, digest, sink, cancellationToken);
            return outcome.IsFound
                ? new(digest ?? outcome.Image.DigestIn(ImageName.Parse(image).Repository))
                : new(null, StepResult.Failed(FailureReason.ImagePull, outcome.Message));
        }
        catch (DockerException e)
        {
            return new(null, StepResult.Failed(FailureReason.Infrastructure, e.Message));
        }
    }

    public async Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var image = await _images.EnsureAsync(plan.Image, plan.ImageDigest, sink, cancellationToken);
            if (!image.IsFound)
                return StepResult.Failed(FailureReason.ImagePull, image.Message);
            OpenFoldersFor(plan, image.Image);
            for (var tries = 0; tries < CreateTries; tries++)
            {
                if (await TryCreateAsync(plan, image, cancellationToken) is { } created)
                    return await StartAndFollowAsync(plan, created.Id, sink, cancellationToken);
                LogAdopted(plan.Key.Name);
                if (await AttachAsync(plan, default, sink, cancellationToken) is { } adopted)
                    return adopted;
                // A name is taken some time before its container can be seen, and some time after it was removed.
                await Task.Delay(CreateRetry, time, cancellationToken);
            }
            return StepResult.Failed(FailureReason.Infrastructure, $"The engine neither makes nor shows the container {plan.Key.Name}.");
        }
        catch (DockerException e)
        {
            return EngineFailures.ToResult(plan, e);
        }
    }

    public async Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            var found = await _retry.RunAsync(() => engine.FindContainerAsync(plan.Key.Name, cancellationToken), cancellationToken);
            if (found is null)
                return null;
            if (found.Config?.Labels?.GetValueOrDefault(ContainerLabels.Installation) != options.Installation)
                return StepResult.Failed(FailureReason.Infrastructure, $"A container named {plan.Key.Name} is there that belongs to somebody else.");
            if (!found.State.WasStarted)
                return await StartAndFollowAsync(plan, found.Id, sink, cancellationToken);
            return await FollowAsync(plan, found, live: null, new(stored), sink, cancellationToken);
        }
        catch (DockerException e)
        {
            return EngineFailures.ToResult(plan, e);
        }
    }

    public async Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken)
    {
        try
        {
            await engine.StopContainerAsync(step.Name, grace, cancellationToken);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
        }
    }

    public Task RemoveAsync(StepKey step, CancellationToken cancellationToken) => engine.RemoveContainerAsync(step.Name, cancellationToken);

    public Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => _networks.EnsureAsync(execution, cancellationToken);

    public Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => _networks.RemoveAsync(execution, cancellationToken);

    public async IAsyncEnumerable<OwnedStep> ListOwnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string[] own = [$"{ContainerLabels.Installation}={options.Installation}"];
        foreach (var container in await engine.ListContainersAsync(own, cancellationToken))
        {
            if (ContainerLabels.Read(container) is { } step)
                yield return step;
        }
    }

    /// <summary>Null: the attempt has a container already.</summary>
    private async Task<CreatedContainer?> TryCreateAsync(StepPlan plan, ImageOutcome image, CancellationToken cancellationToken)
    {
        try
        {
            var spec = ContainerPlan.Build(plan, image.Image!, image.Reference!, options);
            return await engine.CreateContainerAsync(plan.Key.Name, spec, cancellationToken);
        }
        catch (DockerException e) when (e.IsConflict)
        {
            return null;
        }
    }

    private async Task<StepResult> StartAndFollowAsync(StepPlan plan, string container, IStepSink sink, CancellationToken cancellationToken)
    {
        // Before the start, so that nothing of the log is missed, and without asking the engine to replay it.
        await using var live = await engine.AttachContainerAsync(container, cancellationToken);
        try
        {
            await engine.StartContainerAsync(container, cancellationToken);
        }
        catch (DockerException e) when (e.IsUnreachable)
        {
            // Whether it was started is known when the engine answers again.
            var state = await _retry.RunAsync(() => engine.FindContainerAsync(container, cancellationToken), cancellationToken);
            if (state?.State.WasStarted != true)
                throw;
        }
        var needsInspection = plan.Ports.Count > 0 || plan.ReadyProbe is not null;
        var started = needsInspection ? await engine.FindContainerAsync(container, cancellationToken) : null;
        return await FollowAsync(plan, started, live, new(default), sink, cancellationToken, container);
    }

    /// <param name="started">Null: it was just started, and nothing of it needs to be known.</param>
    private async Task<StepResult> FollowAsync(
        StepPlan plan, EngineContainer? started, MultiplexedStream? live, LogCursor cursor, IStepSink sink, CancellationToken cancellationToken, string? id = null)
    {
        var container = started?.Id ?? id!;
        var startedAt = started?.State.StartedAt ?? time.GetUtcNow();
        using var serial = new SerialSink(sink);
        await serial.StartedAsync(container, new(ContainerPorts.Published(started)), startedAt, cancellationToken);

        var logProbe = plan.ReadyProbe?.LogLine is { } pattern ? new LogLineProbe(pattern, serial) : null;
        var follower = new ContainerFollower(engine, _retry, time, logProbe ?? (IStepSink)serial, logProbe is null ? null : logProbe.ObserveAsync);
        ContainerEnd end;
        using (var running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var probing = plan.ReadyProbe is { LogLine: null } probe && started?.State.Running == true
                ? ProbeAsync(probe, started, serial, running.Token)
                : Task.CompletedTask;
            try
            {
                end = await follower.FollowAsync(container, live, cursor, cancellationToken);
            }
            finally
            {
                await running.CancelAsync();
                await probing;
            }
        }
        return await _ending.CompleteAsync(plan, end, serial, cancellationToken);
    }

    private async Task ProbeAsync(ProbeSpec probe, EngineContainer container, IStepSink sink, CancellationToken cancellationToken)
    {
        var ready = new ReadyProbe(
            probe,
            port => ContainerPorts.Addresses(container, port, engine.Address),
            (command, token) => engine.ExecAsync(container.Id, new(command), token),
            time);
        try
        {
            while (!await TryProbeAsync(ready, container.Id, sink, cancellationToken))
                await Task.Delay(ProbeRetry, time, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ended before it was ready, or is let go.
        }
    }

    /// <summary>False: the container is about to end, or the engine is away. Following the container tells which.</summary>
    private async Task<bool> TryProbeAsync(ReadyProbe ready, string container, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            await ready.UntilReadyAsync(sink, cancellationToken);
            return true;
        }
        catch (DockerException e)
        {
            LogProbeFailed(container, e);
            return false;
        }
    }

    /// <summary>A container that doesn't run as root can't write to folders of ours unless everybody may. They lie below a folder that only we may enter.</summary>
    private static void OpenFoldersFor(StepPlan plan, EngineImage image)
    {
        if (plan.Folders is not { } folders || ContainerPlan.IsRoot(ContainerPlan.UserOf(plan, image)))
            return;
        foreach (var folder in (string[])[folders.Input, folders.Output, folders.Logs])
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
    }

    [LoggerMessage(LogLevel.Information, "{Container} is there already and is adopted")]
    private partial void LogAdopted(string container);

    [LoggerMessage(LogLevel.Debug, "The probe of {Container} could not be asked")]
    private partial void LogProbeFailed(string container, DockerException error);
}

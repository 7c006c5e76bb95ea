using System.ComponentModel;
using System.Runtime.CompilerServices;
using Twinrunner.Runner.Executors.Probes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Processes;

/// <summary>
/// Runs each attempt as a command of this machine, for tools without an image. It finds its folders in ODTP_INPUT, ODTP_OUTPUT, ODTP_LOGS
/// and ODTP_WORKDIR, and starts in the last. Memory is limited as address space; processors and processes are not. Linux only.
/// </summary>
public sealed class ProcessExecutor(ProcessOptions options, TimeProvider time) : IStepExecutor
{
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly ProcessLauncher _launcher = new(options);

    public string Name => "process";

    public bool UsesFolders => true;

    public bool IsShared => false;

    public Task<string?> CheckAsync(CancellationToken cancellationToken)
    {
        string[] needed = ["/bin/sh", "/bin/mkdir", "/bin/cat", "/bin/mv", "/proc/self/stat"];
        var missing = needed.FirstOrDefault(path => !File.Exists(path));
        if (missing is null && FindInPath("setsid") is null)
            missing = "setsid (package util-linux)";
        return Task.FromResult(missing is null ? null : $"Steps can't run as processes here: {missing} is not there.");
    }

    public Task<ResolvedImage> ResolveImageAsync(string image, string? digest, IStepSink sink, CancellationToken cancellationToken) =>
        Task.FromResult(new ResolvedImage(null));

    public async Task<StepResult> RunAsync(StepPlan plan, IStepSink sink, CancellationToken cancellationToken)
    {
        var attempt = new AttemptFolder(options.Folder, plan.Key);
        if (plan.Entrypoint is not { Count: > 0 } && plan.Command is not { Count: > 0 })
            return StepResult.Failed(FailureReason.ExitCode, "The step has no command.") with { ExitCode = ExitCodes.NotFound };
        attempt.Create(plan.Execution);
        return await StartAndFollowAsync(plan, attempt, default, sink, cancellationToken);
    }

    public async Task<StepResult?> AttachAsync(StepPlan plan, LogPosition stored, IStepSink sink, CancellationToken cancellationToken)
    {
        var attempt = new AttemptFolder(options.Folder, plan.Key);
        return attempt.Exists ? await StartAndFollowAsync(plan, attempt, stored, sink, cancellationToken) : null;
    }

    public async Task StopAsync(StepKey step, TimeSpan grace, CancellationToken cancellationToken)
    {
        var attempt = new AttemptFolder(options.Folder, step);
        if (attempt.FindExit() is not null || attempt.FindSupervisor() is not { } supervisor || !supervisor.IsAlive())
            return;
        if (grace > TimeSpan.Zero)
        {
            ProcessTree.SignalGroup(supervisor, Posix.Terminate);
            var since = time.GetTimestamp();
            while (supervisor.IsAlive() && time.GetElapsedTime(since) < grace)
                await Task.Delay(ShortestPause * 4, time, cancellationToken);
        }
        if (!supervisor.IsAlive())
            return;
        attempt.MarkKilled();
        ProcessTree.SignalGroup(supervisor, Posix.Kill);
        ProcessTree.KillMarked(step.Name);
    }

    public Task RemoveAsync(StepKey step, CancellationToken cancellationToken)
    {
        var attempt = new AttemptFolder(options.Folder, step);
        if (attempt.Exists)
        {
            ProcessTree.KillMarked(step.Name);
            attempt.Delete();
        }
        return Task.CompletedTask;
    }

    /// <summary>Processes share the machine's network.</summary>
    public Task EnsureNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RemoveNetworkAsync(Id<Execution> execution, CancellationToken cancellationToken) => Task.CompletedTask;

    public async IAsyncEnumerable<OwnedStep> ListOwnAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var attempt in AttemptFolder.List(options.Folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (attempt.Describe() is { } step)
                yield return step;
        }
    }

    private async Task<StepResult> StartAndFollowAsync(
        StepPlan plan, AttemptFolder attempt, LogPosition stored, IStepSink sink, CancellationToken cancellationToken)
    {
        try
        {
            if (!attempt.WasStarted)
                _launcher.Start(plan, attempt);
        }
        catch (Win32Exception e)
        {
            return StepResult.Failed(FailureReason.Infrastructure, $"The command could not be started: {e.Message}");
        }
        if (await FindSupervisorAsync(attempt, cancellationToken) is not { } supervisor)
            return StepResult.Failed(FailureReason.Infrastructure, "The command was not started: its supervisor did not come up.");

        using var serial = new SerialSink(sink);
        var ports = new ServedPorts(plan.Ports.Select(p => p.Container).Distinct().ToDictionary(p => p));
        await serial.StartedAsync(supervisor.Id.ToString(), ports, attempt.StartedAt, cancellationToken);
        foreach (var name in plan.Environment.Keys.Where(name => !ProcessLauncher.IsPassable(name)))
            await serial.SayAsync($"warning: the variable '{name}' can't be passed to a process: names have letters, digits and underscores", cancellationToken);

        await FollowAsync(plan, attempt, supervisor, stored, serial, cancellationToken);
        if (plan is { Snapshot: true, Folders: { } folders })
            WorkFolderCopy.Copy(attempt.Work, folders.Snapshot);
        return ToResult(plan, attempt);
    }

    private async Task<ProcessIdentity?> FindSupervisorAsync(AttemptFolder attempt, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        while (time.GetElapsedTime(since) < options.StartLimit)
        {
            if (attempt.FindSupervisor() is { } supervisor)
                return supervisor;
            await Task.Delay(ShortestPause, time, cancellationToken);
        }
        return null;
    }

    private async Task FollowAsync(
        StepPlan plan, AttemptFolder attempt, ProcessIdentity supervisor, LogPosition stored, SerialSink sink, CancellationToken cancellationToken)
    {
        var logProbe = plan.ReadyProbe?.LogLine is { } pattern ? new LogLineProbe(pattern, sink) : null;
        IStepSink target = logProbe ?? (IStepSink)sink;
        var stdout = new FileLog(attempt.Stdout, LogStream.Stdout, stored.Stdout, target);
        var stderr = new FileLog(attempt.Stderr, LogStream.Stderr, stored.Stderr, target);
        if (logProbe is not null)
        {
            await stdout.ReplayAsync(logProbe.ObserveAsync, cancellationToken);
            await stderr.ReplayAsync(logProbe.ObserveAsync, cancellationToken);
        }
        using var running = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var probing = plan.ReadyProbe is { LogLine: null } probe ? ProbeAsync(plan, attempt, probe, sink, running.Token) : Task.CompletedTask;
        try
        {
            await CopyUntilEndAsync(attempt, supervisor, stdout, stderr, cancellationToken);
        }
        finally
        {
            await running.CancelAsync();
            await probing;
        }
    }

    private async Task CopyUntilEndAsync(
        AttemptFolder attempt, ProcessIdentity supervisor, FileLog stdout, FileLog stderr, CancellationToken cancellationToken)
    {
        var pause = ShortestPause;
        while (true)
        {
            // Looked at before the files are read, so that what is read after the end is all that there is.
            var hasEnded = attempt.FindExit() is not null || !supervisor.IsAlive();
            if (hasEnded)
                ProcessTree.KillMarked(attempt.Key.Name);
            var found = await stdout.CopyNewAsync(cancellationToken) | await stderr.CopyNewAsync(cancellationToken);
            if (hasEnded)
                return;
            pause = found ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    private async Task ProbeAsync(StepPlan plan, AttemptFolder attempt, ProbeSpec probe, IStepSink sink, CancellationToken cancellationToken)
    {
        var ready = new ReadyProbe(
            probe,
            port => [new("127.0.0.1", port, IsForwarded: false)],
            (command, token) => _launcher.RunBesideAsync(plan, attempt, command, token),
            time);
        try
        {
            await ready.UntilReadyAsync(sink, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It ended before it was ready, or is let go.
        }
    }

    private StepResult ToResult(StepPlan plan, AttemptFolder attempt)
    {
        if (attempt.FindExit() is { } exit)
            return ExitCodes.ToResult(exit.Code, outOfMemory: false, plan.Resources.Memory, attempt.StartedAt, exit.At);
        if (attempt.WasKilledByUs)
            return ExitCodes.ToResult(ExitCodes.Killed, outOfMemory: false, plan.Resources.Memory, attempt.StartedAt, time.GetUtcNow());
        return StepResult.Failed(FailureReason.Infrastructure, "The process ended without leaving its exit code: the machine was restarted, or somebody killed its supervisor.")
            with
        { StartedAt = attempt.StartedAt, EndedAt = time.GetUtcNow() };
    }

    private static string? FindInPath(string command) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin").Split(':')
            .Select(folder => Path.Combine(folder, command)).FirstOrDefault(File.Exists);
}

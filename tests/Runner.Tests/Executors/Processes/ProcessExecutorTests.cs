using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Processes;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Processes;

/// <summary>What is true of processes only; the rest is <see cref="ProcessSuiteTests"/>.</summary>
public sealed class ProcessExecutorTests : IAsyncDisposable
{
    private readonly StepRig _rig = new();
    private readonly ProcessExecutor _executor;

    public ProcessExecutorTests() =>
        _rig.Executor = _executor = new(new() { Folder = Path.Combine(_rig.Root, "processes") }, TimeProvider.System);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task A_process_that_left_the_group_is_killed_with_the_rest()
    {
        var plan = _rig.Shell("setsid sleep 1000 & echo $!; exec sleep 1000");
        var sink = new RecordingSink();
        var run = _executor.RunAsync(plan, sink, Cancel);
        await sink.WaitAsync(s => s.StdoutText.EndsWith('\n'), Cancel);
        var escaped = int.Parse(sink.StdoutText);
        await _executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        Assert.Equal(137, (await run).ExitCode);
        Assert.False(IsAlive(escaped));
    }

    [Fact]
    public async Task What_a_command_leaves_running_ends_with_it()
    {
        var plan = _rig.Shell("sleep 1000 & echo $!");
        var sink = new RecordingSink();
        Assert.True((await _executor.RunAsync(plan, sink, Cancel)).Succeeded);
        // Killed it is at once; gone when the kernel came to it.
        for (var look = 0; look < 500 && IsAlive(int.Parse(sink.StdoutText)); look++)
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, Cancel);
        Assert.False(IsAlive(int.Parse(sink.StdoutText)));
    }

    [Fact]
    public async Task Paths_of_the_contract_in_variables_mean_the_attempts_own_folders()
    {
        var plan = _rig.Shell("echo x=1 >> \"$TWIN_OUTPUTS\"; pwd; echo \"$HOME\"") with
        {
            Environment = new Dictionary<string, string> { ["TWIN_OUTPUTS"] = "/odtp/odtp-logs/outputs.env" },
        };
        var sink = new RecordingSink();
        Assert.True((await _executor.RunAsync(plan, sink, Cancel)).Succeeded);
        Assert.Equal("x=1\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders!.Logs, "outputs.env"), Cancel));
        var work = Path.Combine(_rig.Root, "processes", plan.Key.Name, "work");
        Assert.Equal($"{work}\n{work}\n", sink.StdoutText);
    }

    [Fact]
    public async Task Memory_is_limited_as_address_space()
    {
        var plan = _rig.Shell("ulimit -v") with { Resources = new(Memory: 512 << 20) };
        var sink = new RecordingSink();
        await _executor.RunAsync(plan, sink, Cancel);
        Assert.Equal("524288\n", sink.StdoutText);
    }

    [Fact]
    public async Task A_supervisor_that_somebody_killed_is_an_infrastructure_failure()
    {
        var plan = _rig.Shell("echo up; sleep 1000");
        var sink = new RecordingSink();
        var run = _executor.RunAsync(plan, sink, Cancel);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        using (var supervisor = System.Diagnostics.Process.GetProcessById(int.Parse(sink.Handle!)))
            supervisor.Kill();
        Assert.Equal(FailureReason.Infrastructure, (await run).Reason);
    }

    [Fact]
    public void Another_process_with_the_same_number_is_not_taken_for_ours()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var self = ProcessIdentity.Parse(stat)!;
        Assert.True(self.IsAlive());
        Assert.False((self with { StartTicks = self.StartTicks + 1 }).IsAlive());
        Assert.Equal(new(7, 19), ProcessIdentity.Parse("7 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20"));
        Assert.Null(ProcessIdentity.Parse("no line of proc"));
    }

    [Fact]
    public async Task A_snapshot_has_the_work_folder_without_links_and_pipes()
    {
        var plan = _rig.Shell("mkdir a; echo x > a/b; ln -s /etc/passwd link; mkfifo pipe") with { Snapshot = true };
        Assert.True((await _executor.RunAsync(plan, new RecordingSink(), Cancel)).Succeeded);
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders!.Snapshot, "a/b"), Cancel));
        Assert.Equal(["a"], Directory.EnumerateFileSystemEntries(plan.Folders.Snapshot).Select(Path.GetFileName));
    }

    private static bool IsAlive(int id) => ProcessIdentity.Parse(ReadStat(id)) is { } process && process.IsAlive();

    private static string ReadStat(int id) => File.Exists($"/proc/{id}/stat") ? File.ReadAllText($"/proc/{id}/stat") : "";
}

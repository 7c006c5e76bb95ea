using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;
using Xunit;

namespace Twinrunner.TestKit.Executors;

/// <summary>
/// What every executor must do. To join: derive, and open executors of one installation. Scripts use <c>/bin/sh</c> and find their
/// folders in ODTP_INPUT, ODTP_OUTPUT and ODTP_LOGS.
/// </summary>
public abstract partial class ExecutorSuite : IAsyncLifetime
{
    private readonly List<IStepExecutor> _opened = [];

    protected StepRig Rig { get; } = new();

    /// <summary>False: both outputs come as one, as the node's runtime wrote them down.</summary>
    protected virtual bool KeepsStreamsApart => true;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>The executor under test. Skips where it can't run.</summary>
    protected IStepExecutor Executor { get; private set; } = null!;

    /// <summary>An executor as a new process of the same installation would have it.</summary>
    protected abstract Task<IStepExecutor> OpenAsync();

    public virtual async ValueTask InitializeAsync() => Rig.Executor = Executor = await ReopenAsync();

    public async ValueTask DisposeAsync()
    {
        await Rig.DisposeAsync();
        foreach (var executor in _opened)
            (executor as IDisposable)?.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_executor_finds_nothing_wrong() => Assert.Null(await Executor.CheckAsync(Cancel));

    [Fact]
    public async Task A_step_that_exits_0_succeeds_and_tells_when()
    {
        var plan = Rig.Shell("echo hello");
        var before = TimeProvider.System.GetUtcNow();
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal(0, result.ExitCode);
        Assert.True(result.Ran);
        Assert.InRange(result.StartedAt!.Value, before.AddSeconds(-2), TimeProvider.System.GetUtcNow());
        Assert.InRange(result.EndedAt!.Value, result.StartedAt.Value, TimeProvider.System.GetUtcNow().AddSeconds(2));
        Assert.Equal("hello\n", sink.StdoutText);
        Assert.NotEmpty(sink.Handle!);
        Assert.Equal(1, sink.Starts);
    }

    [Fact]
    public async Task An_exit_code_that_is_not_0_is_a_failure_with_that_code()
    {
        var (result, _) = await RunAsync(Rig.Shell("exit 3"));
        Assert.Equal((FailureReason.ExitCode, 3), (result.Reason, result.ExitCode));
        Assert.Contains("3", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_command_that_is_not_there_is_a_failure_of_the_step()
    {
        var (result, _) = await RunAsync(Rig.Plan("/no/such/command"));
        Assert.Equal((FailureReason.ExitCode, 127), (result.Reason, result.ExitCode));
    }

    [Fact]
    public async Task Both_streams_come_byte_by_byte_whatever_is_in_them()
    {
        // Bytes that are no UTF-8, a zero, CR, empty lines, and no line end at the end.
        var (result, sink) = await RunAsync(Rig.Shell(@"printf 'a\377b\000c\r\n\n\n\303'; printf 'e\n\376' >&2"));
        Assert.True(result.Succeeded, result.Message);
        if (!KeepsStreamsApart)
        {
            // The node's log takes a CR before a line's end away; last lines without an end run into what comes next.
            byte[][] parts = [[(byte)'a', 0xFF, (byte)'b', 0, (byte)'c'], [0xC3], [(byte)'e', (byte)'\n'], [0xFE]];
            Assert.All(parts, part => Assert.True(sink.Stdout.AsSpan().IndexOf(part) >= 0, Convert.ToHexString(sink.Stdout)));
            return;
        }
        Assert.Equal([(byte)'a', 0xFF, (byte)'b', 0, (byte)'c', .. "\r\n\n\n"u8, 0xC3], sink.Stdout);
        Assert.Equal([(byte)'e', (byte)'\n', 0xFE], sink.Stderr);
    }

    /// <summary>Bytes of a log that has to come whole.</summary>
    protected virtual int ManyBytes => 8_000_000;

    [Fact]
    public async Task Output_of_many_megabytes_comes_whole()
    {
        var (result, sink) = await RunAsync(Rig.Shell($"yes 0123456789abcde | head -c {ManyBytes}; yes E | head -c {ManyBytes / 8} >&2; sleep 1"));
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal((ManyBytes + ManyBytes / 8, KeepsStreamsApart ? ManyBytes / 8 : 0), (sink.Position.Stdout + sink.Position.Stderr, sink.Position.Stderr));
        Assert.Equal(ManyBytes / 16, sink.Stdout.AsSpan().Count("0123456789abcde\n"u8));
    }

    [Fact]
    public async Task Values_of_the_environment_are_never_evaluated()
    {
        var value = "a b  \"c\" 'd' $HOME $(id) `id` \\n \\\nsecond line\n*";
        var plan = Rig.Shell("printf '%s' \"$VALUE\"; printf '%s' \"$EMPTY-$ODTP_STEP_ID\" >&2") with
        {
            Environment = new Dictionary<string, string> { ["VALUE"] = value, ["EMPTY"] = "", ["ODTP_STEP_ID"] = "x" },
        };
        var (_, sink) = await RunAsync(plan);
        if (KeepsStreamsApart)
            Assert.Equal((value, "-x"), (sink.StdoutText, Encoding.UTF8.GetString(sink.Stderr)));
        else
            Assert.All((string[])[value.Split('\n')[0], "second line\n", "*", "-x"], part => Assert.Contains(part, sink.StdoutText, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Arguments_are_passed_as_they_are()
    {
        var plan = Rig.Plan("/bin/sh", "-c", "printf '<%s>' \"$@\"", "name", "a b", "", "$(id)", "\"'", "-x");
        var (_, sink) = await RunAsync(plan);
        Assert.Equal("<a b><><$(id)><\"'><-x>", sink.StdoutText.TrimEnd('\n'));
    }

    [Fact]
    public async Task Nothing_of_the_servers_own_environment_reaches_the_step()
    {
        Environment.SetEnvironmentVariable("TWIN_TEST_SECRET", "do not show");
        var (_, sink) = await RunAsync(Rig.Shell("env"));
        Assert.DoesNotContain("TWIN_TEST_SECRET", sink.StdoutText, StringComparison.Ordinal);
        Assert.Contains("PATH=", sink.StdoutText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Standard_input_is_empty_and_no_terminal()
    {
        var (result, sink) = await RunAsync(Rig.Shell("cat; test -t 0 || test -t 1 || echo none"));
        Assert.True(result.Succeeded, result.Message);
        Assert.Equal("none\n", sink.StdoutText);
    }

    [Fact]
    public async Task Files_go_in_and_out_through_the_folders()
    {
        var plan = Rig.Shell("cat \"$ODTP_INPUT/in.txt\" > \"$ODTP_OUTPUT/out.txt\"; mkdir -p \"$ODTP_OUTPUT/a/b\"; echo x > \"$ODTP_OUTPUT/a/b/c\"; echo log > \"$ODTP_LOGS/log.txt\"");
        await File.WriteAllTextAsync(Path.Combine(plan.Folders!.Input, "in.txt"), "grüße", Cancel);
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, Encoding.UTF8.GetString(sink.Stderr));
        Assert.Equal("grüße", await File.ReadAllTextAsync(Path.Combine(plan.Folders.Output, "out.txt"), Cancel));
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders.Output, "a/b/c"), Cancel));
        Assert.Equal("log\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders.Logs, "log.txt"), Cancel));
    }

    [Fact]
    public async Task A_line_of_the_log_makes_a_step_ready()
    {
        var plan = Rig.Shell("echo starting; echo 'listening on 8080'; sleep 60") with { ReadyProbe = new(LogLine: "^listening on \\d+$") };
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.IsReady, Cancel);
        await Executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await run;
    }

    [Fact]
    public async Task A_command_that_exits_0_makes_a_step_ready()
    {
        var plan = Rig.Shell("echo up > \"$ODTP_LOGS/up\"; sleep 60");
        plan = plan with { ReadyProbe = new(Exec: ["/bin/sh", "-c", "test -e \"$ODTP_LOGS/up\""], Interval: TimeSpan.FromMilliseconds(50)) };
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.IsReady, Cancel);
        await Executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await run;
    }

    [Fact]
    public async Task Only_steps_of_this_installation_are_listed_until_they_are_removed()
    {
        var running = Rig.Shell("echo up; sleep 60");
        var (run, sink) = Start(running);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        var ended = Rig.Shell("true");
        await RunAsync(ended);
        var listed = await ListAsync();
        Assert.Contains(new(running.Key, Rig.Execution, Running: true), listed);
        Assert.Contains(new(ended.Key, Rig.Execution, Running: false), listed);

        await Executor.StopAsync(running.Key, TimeSpan.Zero, Cancel);
        await run;
        foreach (var plan in (StepPlan[])[running, ended])
        {
            await Executor.RemoveAsync(plan.Key, Cancel);
            await Executor.RemoveAsync(plan.Key, Cancel);
        }
        Assert.DoesNotContain(await ListAsync(), s => s.Execution == Rig.Execution);
    }

    [Fact]
    public async Task Networks_can_be_made_and_removed_twice()
    {
        await Executor.EnsureNetworkAsync(Rig.Execution, Cancel);
        await Executor.EnsureNetworkAsync(Rig.Execution, Cancel);
        await Executor.RemoveNetworkAsync(Rig.Execution, Cancel);
        await Executor.RemoveNetworkAsync(Rig.Execution, Cancel);
    }

    protected async Task<IStepExecutor> ReopenAsync()
    {
        var executor = await OpenAsync();
        _opened.Add(executor);
        return executor;
    }

    protected async Task<(StepResult Result, RecordingSink Sink)> RunAsync(StepPlan plan)
    {
        var sink = new RecordingSink();
        return (await Executor.RunAsync(plan, sink, Cancel), sink);
    }

    protected (Task<StepResult> Run, RecordingSink Sink) Start(StepPlan plan)
    {
        var sink = new RecordingSink();
        return (Executor.RunAsync(plan, sink, Cancel), sink);
    }

    private async Task<List<OwnedStep>> ListAsync()
    {
        var listed = new List<OwnedStep>();
        await foreach (var step in Executor.ListOwnAsync(Cancel))
            listed.Add(step);
        return listed;
    }
}

using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;
using Xunit;

namespace Twinrunner.TestKit.Executors;

/// <summary>Stopping, letting go and taking over.</summary>
public abstract partial class ExecutorSuite
{
    /// <summary>Lines short and long (also of exactly one and two of the engine's blocks), bytes that are no text, and a last line without end.</summary>
    private const string ManyKindsOfLines = """
        i=0; while [ $i -lt 200 ]; do
          echo "line $i"; echo "error $i" >&2
          if [ $((i % 50)) = 0 ]; then
            head -c 16384 /dev/zero | tr '\0' a; echo
            head -c 32768 /dev/zero | tr '\0' b; echo
            head -c 40000 /dev/zero | tr '\0' c; echo
            printf 'x\377y\n\n' ; head -c 20000 /dev/zero | tr '\0' d >&2; echo >&2
          fi
          i=$((i+1))
        done
        """;

    private string Lines => KeepsStreamsApart ? ManyKindsOfLines : ManyKindsOfLines.Replace(">&2", ">/dev/null", StringComparison.Ordinal);

    [Fact]
    public async Task A_step_that_handles_TERM_ends_in_its_own_way()
    {
        var plan = Rig.Shell("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done");
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.StdoutText.StartsWith("up\n", StringComparison.Ordinal), Cancel);
        await Executor.StopAsync(plan.Key, TimeSpan.FromSeconds(20), Cancel);
        var result = await run;
        Assert.Equal(5, result.ExitCode);
        Assert.EndsWith("bye\n", sink.StdoutText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_ignores_TERM_is_gone_5_seconds_after_its_grace_period()
    {
        var plan = Rig.Shell("trap '' TERM; echo up; while :; do sleep 0.1; done");
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        var since = TimeProvider.System.GetTimestamp();
        await Executor.StopAsync(plan.Key, TimeSpan.FromSeconds(1), Cancel);
        var result = await run;
        Assert.InRange(TimeProvider.System.GetElapsedTime(since), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(6));
        Assert.Equal((FailureReason.ExitCode, 137), (result.Reason, result.ExitCode));
    }

    [Fact]
    public async Task A_shell_with_a_child_in_front_stops_at_once()
    {
        var plan = Rig.Shell("echo up; sleep 60 | cat; echo never");
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        var since = TimeProvider.System.GetTimestamp();
        await Executor.StopAsync(plan.Key, TimeSpan.FromSeconds(30), Cancel);
        var result = await run;
        Assert.True(TimeProvider.System.GetElapsedTime(since) < TimeSpan.FromSeconds(10));
        Assert.Equal(143, result.ExitCode);
        Assert.Equal("up\n", sink.StdoutText);
    }

    [Fact]
    public async Task Stopping_removing_and_attaching_what_is_not_there_does_nothing()
    {
        var plan = Rig.Shell("true");
        await Executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await Executor.RemoveAsync(plan.Key, Cancel);
        Assert.Null(await Executor.AttachAsync(plan, default, new RecordingSink(), Cancel));
    }

    [Fact]
    public async Task A_step_that_is_let_go_runs_on_and_its_log_goes_on_exactly()
    {
        var script = Lines + "\necho half; while [ ! -e \"$ODTP_INPUT/go\" ]; do sleep 0.05; done\n" + Lines + "\nprintf end";
        var (expected, expectedErrors) = await RunAloneAsync(script);
        var plan = Rig.Shell(script);
        var first = new RecordingSink();
        using (var letGo = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            var run = Executor.RunAsync(plan, first, letGo.Token);
            await first.WaitAsync(s => s.StdoutText.EndsWith("half\n", StringComparison.Ordinal), Cancel);
            await letGo.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }
        var second = new RecordingSink();
        var attached = (await ReopenAsync()).AttachAsync(plan, first.Position, second, Cancel);
        await second.WaitAsync(s => s.Starts == 1, Cancel);
        await File.WriteAllTextAsync(Path.Combine(plan.Folders!.Input, "go"), "", Cancel);
        var result = await attached;
        Assert.True(result!.Succeeded, result.Message);
        AssertContinues(expected, first.Stdout, second.Stdout);
        AssertContinues(expectedErrors, first.Stderr, second.Stderr);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_400)]
    [InlineData(90_003)]
    public async Task A_step_that_ended_meanwhile_is_taken_over_with_the_rest_of_its_log(int stored)
    {
        var script = Lines + "\nexit 4";
        var (expected, expectedErrors) = await RunAloneAsync(script);
        var plan = Rig.Shell(script);
        using (var letGo = CancellationTokenSource.CreateLinkedTokenSource(Cancel))
        {
            var first = new RecordingSink { OnLog = async token => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
            var run = Executor.RunAsync(plan, first, letGo.Token);
            await first.WaitAsync(s => s.Starts == 1, Cancel);
            await letGo.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }
        var position = new LogPosition(stored, Math.Min(stored, expectedErrors.Length));
        var second = new RecordingSink();
        var result = await (await ReopenAsync()).AttachAsync(plan, position, second, Cancel);
        Assert.Equal((FailureReason.ExitCode, 4), (result!.Reason, result.ExitCode));
        AssertContinues(expected, expected[..(int)position.Stdout], second.Stdout);
        AssertContinues(expectedErrors, expectedErrors[..(int)position.Stderr], second.Stderr);

        // Once more, with everything stored.
        var third = new RecordingSink();
        Assert.Equal(4, (await Executor.AttachAsync(plan, new(expected.Length, expectedErrors.Length), third, Cancel))!.ExitCode);
        Assert.Empty(third.Stdout);
        Assert.Empty(third.Stderr);
    }

    [Fact]
    public async Task Launching_an_attempt_twice_runs_it_once()
    {
        var plan = Rig.Shell("echo ran >> \"$ODTP_OUTPUT/runs\"; echo hello");
        RecordingSink first = new(), second = new();
        var other = await ReopenAsync();
        var results = await Task.WhenAll(Executor.RunAsync(plan, first, Cancel), other.RunAsync(plan, second, Cancel));
        Assert.All(results, r => Assert.True(r.Succeeded, r.Message));
        Assert.Equal("ran\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders!.Output, "runs"), Cancel));
        Assert.Equal(("hello\n", "hello\n"), (first.StdoutText, second.StdoutText));
    }

    private async Task<(byte[] Stdout, byte[] Stderr)> RunAloneAsync(string script)
    {
        var plan = Rig.Shell(script);
        await File.WriteAllTextAsync(Path.Combine(plan.Folders!.Input, "go"), "", Cancel);
        var (_, sink) = await RunAsync(plan);
        return (sink.Stdout, sink.Stderr);
    }

    private static void AssertContinues(byte[] expected, byte[] first, byte[] second)
    {
        byte[] all = [.. first, .. second];
        var same = expected.AsSpan().CommonPrefixLength(all);
        Assert.True(
            same == expected.Length && same == all.Length,
            $"{first.Length} + {second.Length} bytes for {expected.Length}; they differ at {same}: ...{Show(expected, same)} / ...{Show(all, same)}");

        static string Show(byte[] bytes, int at) =>
            Encoding.Latin1.GetString(bytes, Math.Max(0, at - 20), Math.Min(40, bytes.Length - Math.Max(0, at - 20)));
    }
}

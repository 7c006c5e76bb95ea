using System.Text.Json;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

public abstract class ExecutionFlowTests(BackEnds backEnds) : IAsyncLifetime
{
    private const string Chain = """
        steps:
          load: { image: some/image }
          clean: { image: some/image, needs: [load] }
          report: { image: some/image, needs: [clean] }
        """;

    private TestStorage _storage = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public sealed class Embedded() : ExecutionFlowTests(BackEnds.Embedded);

    public sealed class Cluster() : ExecutionFlowTests(BackEnds.Cluster);

    public async ValueTask InitializeAsync() => _storage = await TestStorage.MakeAsync(backEnds, Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
            await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_chain_runs_in_order_and_files_go_from_step_to_step()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = step => Leave(step, "data.txt", "raw");
        room.Executor.Behaviours["clean"] = step => Leave(step, "data2.txt", step.Input("data.txt") + " cleaned");
        room.Executor.Behaviours["report"] = step => Leave(step, "report.txt", step.Input("data2.txt"));

        var execution = await room.EndOfAsync(await room.SubmitAsync(Chain));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["load", "clean", "report"], room.Executor.Launches.Select(launch => launch.StepName));
        Assert.Equal("load=Succeeded clean=Succeeded report=Succeeded", await room.StatusesAsync(execution));
        Assert.NotNull((await room.StepAsync(execution, "report")).Output);
    }

    [Fact]
    public async Task Never_more_steps_run_at_once_than_the_workflow_allows()
    {
        await using var room = await StartAsync(options => options.Slots = 8);
        room.Executor.Behaviours["work"] = async _ =>
        {
            await Task.Yield();
            return FakeStep.Exit(0);
        };

        var execution = await room.EndOfAsync(await room.SubmitAsync("""
            max-parallel: 2
            steps:
              work: { image: some/image, matrix: { n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] } }
            """));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(12, room.Executor.Launches.Count);
        Assert.InRange(room.Executor.MostRunning, 1, 2);
    }

    [Fact]
    public async Task After_a_failure_nothing_new_starts()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = _ => Task.FromResult(FakeStep.Exit(3));

        var execution = await room.EndOfAsync(await room.SubmitAsync(Chain));

        Assert.Equal(ExecutionStatus.Failed, execution.Status);
        Assert.Contains("load", execution.Message);
        Assert.Equal("load=Failed clean=Skipped report=Skipped", await room.StatusesAsync(execution));
        var step = await room.StepAsync(execution, "load");
        Assert.Equal((FailureReason.ExitCode, 3), (step.Reason!.Value, step.ExitCode!.Value));
    }

    [Fact]
    public async Task With_keep_going_steps_that_do_not_need_the_failed_one_run()
    {
        await using var room = await StartAsync(options => options.Slots = 1);
        room.Executor.Behaviours["bad"] = _ => Task.FromResult(FakeStep.Exit(1));

        var execution = await room.EndOfAsync(await room.SubmitAsync("""
            keep-going: true
            steps:
              bad: { image: some/image }
              needs-bad: { image: some/image, needs: [bad] }
              good: { image: some/image }
              needs-good: { image: some/image, needs: [good] }
            """));

        Assert.Equal(ExecutionStatus.Failed, execution.Status);
        Assert.Equal("bad=Failed needs-bad=Skipped good=Succeeded needs-good=Succeeded", await room.StatusesAsync(execution));
    }

    [Fact]
    public async Task A_step_with_a_condition_on_failure_runs_after_one()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["work"] = _ => Task.FromResult(FakeStep.Exit(1));

        var execution = await room.EndOfAsync(await room.SubmitAsync("""
            steps:
              work: { image: some/image }
              tell: { image: some/image, needs: [work], when: "${{ failure() }}" }
              celebrate: { image: some/image, needs: [work], when: "${{ success() }}" }
            """));

        Assert.Equal("work=Failed tell=Succeeded celebrate=Skipped", await room.StatusesAsync(execution));
    }

    [Fact]
    public async Task A_failing_step_is_tried_again_and_every_attempt_is_kept()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["flaky"] = step => Task.FromResult(FakeStep.Exit(step.Plan.Key.Attempt < 3 ? 7 : 0));

        var execution = await room.EndOfAsync(await room.SubmitAsync("""
            steps:
              flaky: { image: some/image, retry: { limit: 2 } }
            """));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        var step = await room.StepAsync(execution, "flaky");
        Assert.Equal([7, 7, 0], step.Attempts.Select(attempt => attempt.ExitCode!.Value));
        Assert.Equal((3, 2, 0), (step.Attempt, step.UserRetries, step.InfrastructureRetries));
    }

    [Fact]
    public async Task Cancelling_stops_what_runs_and_what_waits()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = StopsWhenAsked;

        var execution = await room.SubmitAsync(Chain);
        await room.StepAsync(execution, "load", StepStatus.Running);
        Assert.IsType<ExecutionChange.Done>(await room.Service.CancelAsync(execution.Id, "enough", Cancellation));
        execution = await room.EndOfAsync(execution);

        Assert.Equal((ExecutionStatus.Cancelled, "enough"), (execution.Status, execution.Message));
        Assert.Equal("load=Cancelled clean=Cancelled report=Cancelled", await room.StatusesAsync(execution));
        Assert.IsType<ExecutionChange.Conflict>(await room.Service.CancelAsync(execution.Id, null, Cancellation));
    }

    [Fact]
    public async Task A_cancelled_execution_ends_with_its_last_step_also_when_what_waited_for_that_has_ended_before()
    {
        await using var room = await StartAsync();
        var othersEnded = new TaskCompletionSource();
        room.Executor.Behaviours["load"] = async step =>
        {
            await step.StopAsked;
            await othersEnded.Task;
            return FakeStep.Exit(143);
        };

        var execution = await room.SubmitAsync(Chain);
        await room.StepAsync(execution, "load", StepStatus.Running);
        Assert.IsType<ExecutionChange.Done>(await room.Service.CancelAsync(execution.Id, "enough", Cancellation));
        Assert.Equal(StepStatus.Cancelled, (await room.StepAsync(execution, "report")).Status);
        othersEnded.SetResult();

        Assert.Equal(ExecutionStatus.Cancelled, (await room.EndOfAsync(execution)).Status);
    }

    [Fact]
    public async Task While_paused_nothing_new_starts_and_what_runs_goes_on()
    {
        await using var room = await StartAsync();
        var gate = new TaskCompletionSource();
        room.Executor.Behaviours["load"] = async _ =>
        {
            await gate.Task;
            return FakeStep.Exit(0);
        };

        var execution = await room.SubmitAsync(Chain);
        await room.StepAsync(execution, "load", StepStatus.Running);
        Assert.IsType<ExecutionChange.Done>(await room.Service.PauseAsync(execution.Id, Cancellation));
        gate.SetResult();
        await room.StepAsync(execution, "load", StepStatus.Succeeded);
        await room.Get<ExecutionAdvancer>().RecoverAsync(execution.Id, Cancellation); // would queue it, were it not for the pause
        var waiting = await room.StepAsync(execution, "clean");
        Assert.Equal((StepStatus.Pending, 0), (waiting.Status, waiting.WaitingCount));

        Assert.IsType<ExecutionChange.Done>(await room.Service.ResumeAsync(execution.Id, Cancellation));
        Assert.Equal(ExecutionStatus.Succeeded, (await room.EndOfAsync(execution)).Status);
    }

    [Fact]
    public async Task A_resumed_failure_keeps_the_steps_that_succeeded()
    {
        await using var room = await StartAsync();
        var broken = true;
        room.Executor.Behaviours["clean"] = _ => Task.FromResult(FakeStep.Exit(broken ? 1 : 0));
        var execution = await room.EndOfAsync(await room.SubmitAsync(Chain));
        Assert.Equal(ExecutionStatus.Failed, execution.Status);

        broken = false;
        Assert.IsType<ExecutionChange.Done>(await room.Service.ResumeAsync(execution.Id, Cancellation));
        execution = await room.EndOfAsync(execution);

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["load", "clean", "clean", "report"], room.Executor.Launches.Select(launch => launch.StepName));
        Assert.Equal([StepStatus.Failed, StepStatus.Succeeded], (await room.StepAsync(execution, "clean")).Attempts.Select(attempt => attempt.Status));
    }

    [Fact]
    public async Task A_rerun_from_a_step_keeps_what_does_not_depend_on_it()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = step => Leave(step, "data.txt", "raw");
        room.Executor.Behaviours["clean"] = step => Leave(step, "clean.txt", step.Input("data.txt") + step.Plan.Environment.GetValueOrDefault("LEVEL"));
        var first = await room.EndOfAsync(await room.SubmitAsync(Chain));
        Assert.Equal(ExecutionStatus.Succeeded, first.Status);

        var parameters = new Dictionary<string, JsonElement> { ["LEVEL"] = JsonSerializer.SerializeToElement("9") };
        var done = Assert.IsType<ExecutionChange.Done>(await room.Service.RerunAsync(first.Id, new("clean", parameters, NoCache: false), Cancellation));
        var second = await room.EndOfAsync(done.Execution);

        Assert.Equal(first.Id, second.RerunOf);
        Assert.Equal("load=Cached clean=Succeeded report=Succeeded", await room.StatusesAsync(second));
        Assert.Equal("9", (await room.StepAsync(second, "clean")).Parameters["LEVEL"].GetString());
        Assert.Equal(["load", "clean", "report", "clean", "report"], room.Executor.Launches.Select(launch => launch.StepName));
    }

    [Fact]
    public async Task A_second_run_with_one_parameter_changed_runs_only_what_depends_on_it()
    {
        const string Spec = """
            parameters: { level: "1" }
            cache: true
            steps:
              load: { image: some/image }
              clean: { image: some/image, needs: [load], parameters: { LEVEL: "${{ parameters.level }}" } }
              report: { image: some/image, needs: [clean] }
              other: { image: some/image, needs: [load] }
            """;
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = step => Leave(step, "data.txt", "raw");
        room.Executor.Behaviours["clean"] = step => Leave(step, "clean.txt", step.Plan.Environment["LEVEL"]);
        await room.EndOfAsync(await room.SubmitAsync(Spec));

        var same = await room.EndOfAsync(await room.SubmitAsync(Spec));
        var changed = await room.EndOfAsync(await room.SubmitAsync(Spec, ("level", "2")));

        Assert.Equal("load=Cached clean=Cached report=Cached other=Cached", await room.StatusesAsync(same));
        Assert.Equal("load=Cached clean=Succeeded report=Succeeded other=Cached", await room.StatusesAsync(changed));
    }

    [Fact]
    public async Task A_background_step_serves_until_the_last_that_needs_it_has_ended()
    {
        await using var room = await StartAsync(options => options.Slots = 1);
        room.Executor.Behaviours["server"] = StopsWhenAsked;

        var execution = await room.EndOfAsync(await room.SubmitAsync("""
            steps:
              server: { image: some/image, background: true }
              one: { image: some/image, needs: [server] }
              two: { image: some/image, needs: [server] }
            """));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal("server=Succeeded one=Succeeded two=Succeeded", await room.StatusesAsync(execution));
        Assert.NotNull((await room.StepAsync(execution, "server")).ReadyAt);
    }

    [Fact]
    public async Task An_interactive_step_runs_until_somebody_stops_it_and_then_succeeds()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["page"] = StopsWhenAsked;

        var execution = await room.SubmitAsync("steps: { page: { image: some/image, type: interactive } }");
        var step = await room.StepAsync(execution, "page", StepStatus.Ready);
        Assert.IsType<ExecutionChange.Done>(await room.Service.StopStepAsync(step.Id, Cancellation));

        Assert.Equal(ExecutionStatus.Succeeded, (await room.EndOfAsync(execution)).Status);
    }

    [Fact]
    public async Task A_step_that_runs_too_long_is_stopped()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["slow"] = StopsWhenAsked;

        var execution = await room.EndOfAsync(await room.SubmitAsync("steps: { slow: { image: some/image, timeouts: { running: 50ms } } }"));

        var step = await room.StepAsync(execution, "slow");
        Assert.Equal((StepStatus.Failed, FailureReason.TimedOut), (step.Status, step.Reason!.Value));
    }

    [Fact]
    public async Task An_execution_that_takes_too_long_is_cancelled()
    {
        await using var room = await StartAsync();
        room.Executor.Behaviours["load"] = StopsWhenAsked;

        var execution = await room.EndOfAsync(await room.SubmitAsync("timeout: 50ms\n" + Chain));

        Assert.Equal(ExecutionStatus.Cancelled, execution.Status);
        Assert.Contains("time limit", execution.Message);
        Assert.Equal(FailureReason.TimedOut, (await room.StepAsync(execution, "load")).Reason);
    }

    [Fact]
    public async Task A_step_that_no_node_can_take_says_what_is_missing_and_fails_at_its_limit()
    {
        await using var room = await StartAsync();

        var execution = await room.EndOfAsync(await room.SubmitAsync(
            "steps: { huge: { image: some/image, resources: { memory: 900Ti }, timeouts: { queued: 200ms } } }"));

        var step = await room.StepAsync(execution, "huge");
        Assert.Equal(FailureReason.Unschedulable, step.Reason);
        Assert.Contains("memory", step.Message);
    }

    private Task<EngineRoom> StartAsync(Action<SchedulerOptions>? configure = null) => EngineRoom.StartAsync(_storage.Options, null, configure);

    private static Task<StepResult> Leave(FakeStep step, string path, string text)
    {
        step.Leave(path, text);
        return Task.FromResult(FakeStep.Exit(0));
    }

    private static async Task<StepResult> StopsWhenAsked(FakeStep step)
    {
        await step.StopAsked;
        return FakeStep.Exit(143);
    }
}

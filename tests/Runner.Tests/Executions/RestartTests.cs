using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

public sealed class RestartTests : IDisposable
{
    private const string TwoSteps = """
        steps:
          first: { image: some/image }
          second: { image: some/image, needs: [first] }
        """;

    private readonly TestFolder _folder = new();
    private readonly FakeExecutor _executor = new(TimeProvider.System);
    private readonly TaskCompletionSource _gate = new();

    public RestartTests() => _executor.Behaviours["first"] = async _ =>
    {
        await _gate.Task;
        return FakeStep.Exit(0);
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_restarted_runner_takes_up_its_running_step_without_launching_it_again()
    {
        Execution execution;
        await using (var before = await EngineRoom.StartAsync(_folder.Path, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }

        await using var after = await EngineRoom.StartAsync(_folder.Path, _executor);
        _gate.SetResult();
        execution = await after.EndOfAsync(execution);

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal(["first", "second"], _executor.Launches.Select(launch => launch.StepName));
        Assert.Single((await after.StepAsync(execution, "first")).Attempts);
    }

    [Fact]
    public async Task A_step_that_ended_while_the_runner_was_down_is_collected_at_its_start()
    {
        Execution execution;
        await using (var before = await EngineRoom.StartAsync(_folder.Path, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }
        _gate.SetResult();

        await using var after = await EngineRoom.StartAsync(_folder.Path, _executor);

        Assert.Equal(ExecutionStatus.Succeeded, (await after.EndOfAsync(execution)).Status);
        Assert.Equal(["first", "second"], _executor.Launches.Select(launch => launch.StepName));
    }

    [Fact]
    public async Task A_step_whose_container_is_gone_after_a_restart_is_launched_again_in_the_same_attempt()
    {
        Execution execution;
        await using (var before = await EngineRoom.StartAsync(_folder.Path, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }
        await _executor.RemoveAsync(Assert.Single(_executor.Kept), Cancellation);
        _gate.SetResult();

        await using var after = await EngineRoom.StartAsync(_folder.Path, _executor);

        Assert.Equal(ExecutionStatus.Succeeded, (await after.EndOfAsync(execution)).Status);
        Assert.Equal(["first", "first", "second"], _executor.Launches.Select(launch => launch.StepName));
    }

    [Fact]
    public async Task A_step_of_a_silent_node_is_tried_again_elsewhere()
    {
        await using var room = await EngineRoom.StartAsync(_folder.Path, _executor);
        var execution = await room.SubmitAsync(TwoSteps);
        var step = await room.StepAsync(execution, "first", StepStatus.Running);

        // Another node takes the step and is never heard of again: its lease has run out already.
        using var taken = await room.Steps.TryAdoptAsync(step, Id<Node>.New(TimeProvider.System), TimeSpan.FromSeconds(-1), Cancellation);
        _gate.SetResult();
        execution = await room.EndOfAsync(execution);

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        var attempts = (await room.StepAsync(execution, "first")).Attempts;
        Assert.Equal([FailureReason.LeaseLost, null], attempts.Select(attempt => attempt.Reason));
    }

    [Fact]
    public async Task The_holder_of_a_lost_lease_can_write_nothing_more()
    {
        await using var room = await EngineRoom.StartAsync(_folder.Path, _executor);
        var execution = await room.SubmitAsync(TwoSteps);
        var running = await room.StepAsync(execution, "first", StepStatus.Running);
        using var older = await room.Steps.TryAdoptAsync(running, Id<Node>.New(TimeProvider.System), TimeSpan.FromMinutes(5), Cancellation);
        using var newer = await room.Steps.TryAdoptAsync(older!.Step, Id<Node>.New(TimeProvider.System), TimeSpan.FromMinutes(5), Cancellation);

        Assert.False(await older.SetProgressAsync(0.5, Cancellation));
        Assert.True(older.Lost.IsCancellationRequested);
        Assert.True(await newer!.SetProgressAsync(0.7, Cancellation));
        Assert.Equal(0.7, (await room.StepAsync(execution, "first")).Progress);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_is_not_renewed()
    {
        await using var room = await EngineRoom.StartAsync(_folder.Path, _executor);
        var execution = await room.SubmitAsync(TwoSteps);
        var running = await room.StepAsync(execution, "first", StepStatus.Running);
        using var held = await room.Steps.TryAdoptAsync(running, Id<Node>.New(TimeProvider.System), TimeSpan.FromMinutes(5), Cancellation);
        Assert.True(await held!.EndAsync(new(StepStatus.Succeeded, DateTimeOffset.UnixEpoch), Cancellation));

        await held.RenewAsync(TimeSpan.FromMinutes(5), Cancellation);

        Assert.Null((await room.StepAsync(execution, "first")).Lease);
    }

    [Fact]
    public async Task A_node_keeps_its_id_over_restarts()
    {
        NodeIdentity first;
        await using (var before = await EngineRoom.StartAsync(_folder.Path, _executor))
            first = before.Get<NodeIdentity>();
        await using var after = await EngineRoom.StartAsync(_folder.Path, _executor);
        Assert.Equal(first, after.Get<NodeIdentity>());
    }
}

using Microsoft.Extensions.DependencyInjection;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Executions;

public abstract class RestartTests : IAsyncLifetime
{
    private const string TwoSteps = """
        steps:
          first: { image: some/image }
          second: { image: some/image, needs: [first] }
        """;

    private readonly BackEnds _backEnds;
    private readonly FakeExecutor _executor = new(TimeProvider.System);
    private readonly TaskCompletionSource _gate = new();
    private TestStorage _storage = null!;

    protected RestartTests(BackEnds backEnds)
    {
        _backEnds = backEnds;
        _executor.Behaviours["first"] = async _ =>
        {
            await _gate.Task;
            return FakeStep.Exit(0);
        };
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public sealed class Embedded() : RestartTests(BackEnds.Embedded);

    public sealed class Cluster() : RestartTests(BackEnds.Cluster);

    public async ValueTask InitializeAsync() => _storage = await TestStorage.MakeAsync(_backEnds, Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_storage is not null)
            await _storage.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_restarted_runner_takes_up_its_running_step_without_launching_it_again()
    {
        Execution execution;
        await using (var before = await EngineRoom.StartAsync(_storage.Options, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }

        await using var after = await EngineRoom.StartAsync(_storage.Options, _executor);
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
        await using (var before = await EngineRoom.StartAsync(_storage.Options, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }
        _gate.SetResult();

        await using var after = await EngineRoom.StartAsync(_storage.Options, _executor);

        Assert.Equal(ExecutionStatus.Succeeded, (await after.EndOfAsync(execution)).Status);
        Assert.Equal(["first", "second"], _executor.Launches.Select(launch => launch.StepName));
    }

    [Fact]
    public async Task A_step_whose_container_is_gone_after_a_restart_is_launched_again_in_the_same_attempt()
    {
        Execution execution;
        await using (var before = await EngineRoom.StartAsync(_storage.Options, _executor))
        {
            execution = await before.SubmitAsync(TwoSteps);
            await before.StepAsync(execution, "first", StepStatus.Running);
        }
        await _executor.RemoveAsync(Assert.Single(_executor.Kept), Cancellation);
        _gate.SetResult();

        await using var after = await EngineRoom.StartAsync(_storage.Options, _executor);

        Assert.Equal(ExecutionStatus.Succeeded, (await after.EndOfAsync(execution)).Status);
        Assert.Equal(["first", "first", "second"], _executor.Launches.Select(launch => launch.StepName));
    }

    [Fact]
    public async Task A_step_of_a_silent_node_is_tried_again_elsewhere()
    {
        await using var room = await EngineRoom.StartAsync(_storage.Options, _executor);
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
    public async Task A_node_keeps_its_id_over_restarts()
    {
        NodeIdentity first;
        await using (var before = await EngineRoom.StartAsync(_storage.Options, _executor))
            first = before.Get<NodeIdentity>();
        await using var after = await EngineRoom.StartAsync(_storage.Options, _executor);
        Assert.Equal(first, after.Get<NodeIdentity>());
    }
}

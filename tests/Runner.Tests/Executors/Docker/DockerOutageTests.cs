using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;
using Twinrunner.TestKit.Executors;

namespace Twinrunner.Runner.Tests.Executors.Docker;

/// <summary>The engine goes away and comes back while a step runs.</summary>
public sealed class DockerOutageTests : DockerTests
{
    [Fact]
    public async Task Connections_that_break_cost_no_line_and_double_none()
    {
        await using var proxy = new EngineProxy(Rig.Root);
        using var engine = new DockerEngine(proxy.Address);
        using var executor = Open(engine);
        var plan = Rig.Shell("i=0; while [ $i -lt 3000 ]; do echo \"line $i\"; [ $((i % 10)) = 0 ] && sleep 0.01; i=$((i+1)); done; exit 6");
        var sink = new RecordingSink();
        var run = executor.RunAsync(plan, sink, Cancel);
        for (var cut = 1; cut <= 3; cut++)
        {
            var lines = cut * 700;
            await sink.WaitAsync(s => s.StdoutText.Contains($"line {lines}\n", StringComparison.Ordinal), Cancel);
            proxy.IsDown = true;
            proxy.Cut();
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, Cancel);
            proxy.IsDown = false;
        }
        var result = await run;
        Assert.Equal(6, result.ExitCode);
        Assert.Equal(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i}\n")), sink.StdoutText);
    }

    [Fact]
    public async Task A_step_that_ends_while_the_engine_is_away_is_seen_to_have_ended()
    {
        await using var proxy = new EngineProxy(Rig.Root);
        using var engine = new DockerEngine(proxy.Address);
        using var executor = Open(engine);
        var plan = Rig.Shell("echo up; while [ ! -e /odtp/odtp-input/go ]; do sleep 0.05; done; echo end; exit 4");
        var sink = new RecordingSink();
        var run = executor.RunAsync(plan, sink, Cancel);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        proxy.IsDown = true;
        proxy.Cut();
        await File.WriteAllTextAsync(Path.Combine(plan.Folders!.Input, "go"), "", Cancel);
        await Engine.WaitContainerAsync(plan.Key.Name, Cancel);
        proxy.IsDown = false;
        Assert.Equal(4, (await run).ExitCode);
        Assert.Equal("up\nend\n", sink.StdoutText);
    }

    [Fact]
    public async Task A_container_that_somebody_removes_is_no_failure_of_the_step()
    {
        var plan = Rig.Shell("echo up; sleep 60");
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.StdoutText == "up\n", Cancel);
        await Engine.RemoveContainerAsync(plan.Key.Name, Cancel);
        var result = await run;
        Assert.Equal(FailureReason.Infrastructure, result.Reason);
        Assert.Contains("removed", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_was_made_and_never_started_is_started_by_who_takes_it_over()
    {
        var plan = Rig.Shell("echo hello");
        var image = (await Engine.FindImageAsync(Rig.Image!, Cancel))!;
        await Engine.CreateContainerAsync(
            plan.Key.Name,
            Runner.Executors.Docker.ContainerPlan.Build(plan, image, Rig.Image!, new() { Installation = "test-" + Rig.Execution }),
            Cancel);
        var sink = new RecordingSink();
        var result = await Executor.AttachAsync(plan, default, sink, Cancel);
        Assert.True(result!.Succeeded, result.Message);
        Assert.Equal("hello\n", sink.StdoutText);
    }

    [Fact]
    public async Task What_is_wrong_with_the_engine_is_said_in_a_sentence_to_act_on()
    {
        using var missing = new DockerEngine(EngineAddress.Parse("unix:///nowhere/docker.sock"));
        using var executor = Open(missing);
        Assert.Contains("There is no container engine at /nowhere/docker.sock. Install one", await executor.CheckAsync(Cancel), StringComparison.Ordinal);
        using var remote = new DockerEngine(EngineAddress.Parse("tcp://127.0.0.1:1"));
        using var other = Open(remote);
        Assert.Contains("Check DOCKER_HOST", await other.CheckAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_engine_that_is_away_from_the_start_is_an_infrastructure_failure()
    {
        using var missing = new DockerEngine(EngineAddress.Parse("unix:///nowhere/docker.sock"));
        using var executor = Open(missing);
        var result = await executor.RunAsync(Rig.Shell("true"), new RecordingSink(), Cancel);
        Assert.Equal(FailureReason.Infrastructure, result.Reason);
    }
}

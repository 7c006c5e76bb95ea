using Twinrunner.EndToEnd.Tests.Support;

namespace Twinrunner.EndToEnd.Tests;

public sealed class SteeringTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ctrl_C_cancels_the_run_and_its_containers_are_gone()
    {
        await using var workspace = await Workspace.OpenAsync();
        workspace.Write("long.yaml", """
            steps:
              long: {image: IMAGE, grace: 1s, script: "echo started; sleep 1000"}
            """);
        await using var run = workspace.Start("run", "long.yaml");
        await run.LineAsync("long | started", Workspace.Patience, Cancelled);

        run.Interrupt();
        var ended = await run.EndAsync(Workspace.Patience, Cancelled);

        Assert.True(ended.ExitCode == 130, ended.ToString());
        Assert.Contains("cancelling", ended.Error, StringComparison.Ordinal);
        var id = (await workspace.DoAsync("ls", "-q")).Lines[0];
        Assert.Equal("Cancelled", (await workspace.JsonAsync("show", id)).GetProperty("status").GetString());
        Assert.Empty(await workspace.ContainersAsync(id));
    }

    [Fact]
    public async Task A_paused_execution_starts_nothing_until_it_is_resumed()
    {
        await using var workspace = await Workspace.OpenAsync();
        workspace.Write("two.yaml", """
            steps:
              one: {image: IMAGE, script: "echo started; sleep 3"}
              two: {image: IMAGE, needs: one, script: "echo second"}
            """);
        await using var server = await workspace.ServeAsync();
        var id = (await workspace.DoAsync("run", "two.yaml", "--detach")).Lines[0];
        await using var logs = workspace.Start("logs", "-f", id);
        await logs.LineAsync("started", Workspace.Patience, Cancelled);
        await using var events = workspace.Start("events", "-f", id);

        await workspace.DoAsync("pause", id);
        await events.LineAsync("step.succeeded        one", Workspace.Patience, Cancelled);

        Assert.Equal("Paused", (await workspace.JsonAsync("show", id)).GetProperty("status").GetString());
        Assert.False((await workspace.StepsAsync(id))["two"] is "Succeeded" or "Running");

        await workspace.DoAsync("resume", id);
        await workspace.DoAsync("wait", id);
        Assert.Equal("Succeeded", (await workspace.StepsAsync(id))["two"]);
    }

    [Fact]
    public async Task A_resumed_failure_keeps_the_steps_that_finished()
    {
        await using var workspace = await Workspace.OpenAsync();
        // The gate is a secret: the one thing of a resumed execution that can change meanwhile.
        workspace.Write("gate.yaml", """
            steps:
              before: {image: IMAGE, script: "echo once > /odtp/odtp-output/once"}
              gate: {image: IMAGE, needs: before, secrets: [GATE], script: "test \"$GATE\" = open-for-all && cat /odtp/odtp-input/once"}
              after: {image: IMAGE, needs: gate, script: "true"}
            """);
        Assert.Equal(0, (await workspace.RunWithAsync("closed-for-now", "secret", "set", "GATE")).ExitCode);
        Assert.Equal(1, (await workspace.RunAsync("run", "gate.yaml")).ExitCode);
        var firstStart = await StartOfAsync(workspace, "before");
        Assert.Equal(0, (await workspace.RunWithAsync("open-for-all", "secret", "set", "GATE")).ExitCode);

        var resumed = await workspace.RunAsync("resume", "last");

        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        Assert.Equal(firstStart, await StartOfAsync(workspace, "before"));
        Assert.All((await workspace.StepsAsync()).Values, status => Assert.Equal("Succeeded", status));
        Assert.Single((await workspace.DoAsync("ls", "-q")).Lines);
    }

    [Fact]
    public async Task A_rerun_from_a_step_takes_other_parameters_and_keeps_what_came_before()
    {
        await using var workspace = await Workspace.OpenAsync();
        workspace.Write("steps.yaml", """
            parameters: {factor: 2}
            steps:
              number: {image: IMAGE, script: "echo 21 > /odtp/odtp-output/number; date +%s%N > /odtp/odtp-output/when"}
              product:
                image: IMAGE
                needs: number
                parameters: {FACTOR: "${{ parameters.factor }}"}
                script: |
                  echo $(( $(cat /odtp/odtp-input/number) * FACTOR )) > /odtp/odtp-output/product
                  cp /odtp/odtp-input/when /odtp/odtp-output/when
            """);
        await workspace.DoAsync("run", "steps.yaml", "-q");
        var when = (await workspace.DoAsync("cp", "last/product:when", "-")).Out;

        await workspace.DoAsync("rerun", "last", "--from", "product", "-p", "factor=3", "-q");

        Assert.Equal("63\n", (await workspace.DoAsync("cp", "last/product:product", "-")).Out);
        Assert.Equal(when, (await workspace.DoAsync("cp", "last/product:when", "-")).Out);
        Assert.Equal(2, (await workspace.DoAsync("ls", "-q")).Lines.Count);
    }

    [Fact]
    public async Task What_is_not_there_or_not_possible_exits_with_4()
    {
        await using var workspace = await Workspace.OpenAsync();

        Assert.Equal(4, (await workspace.RunAsync("show", "last")).ExitCode);
        Assert.Equal(4, (await workspace.RunAsync("show", "ffffffffffffffffffffffff")).ExitCode);
        Assert.Equal(4, (await workspace.RunAsync("cancel", "abcdef")).ExitCode);
        Assert.Equal(3, (await workspace.RunAsync("ls", "--server", "http://127.0.0.1:1")).ExitCode);
    }

    private static async Task<string?> StartOfAsync(Workspace workspace, string step)
    {
        var shown = await workspace.JsonAsync("show", "last");
        return shown.GetProperty("steps").EnumerateArray().Single(one => one.GetProperty("name").GetString() == step).GetProperty("startedAt").GetString();
    }
}

using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Docker;
using Twinrunner.Runner.Executors.Docker.Engine;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class DockerLimitsTests : DockerTests
{
    private const long Limit = 16 << 20;

    /// <summary>Fills the memory of a shell until the kernel has had enough.</summary>
    private const string EatMemory = "x=0123456789abcdef; while :; do x=$x$x; done";

    [Fact]
    public async Task A_step_that_is_killed_at_its_memory_limit_says_so()
    {
        var plan = Rig.Plan("/bin/sh", "-c", EatMemory) with { Resources = new(Memory: Limit) };
        var (result, _) = await RunAsync(plan);
        Assert.Equal((FailureReason.OutOfMemory, 137), (result.Reason, result.ExitCode));
        Assert.Contains("16 MiB", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_goes_on_after_a_child_was_killed_succeeds_with_a_warning_in_its_log()
    {
        var plan = Rig.Shell($"/bin/sh -c '{EatMemory}'; echo went on") with { Resources = new(Memory: Limit) };
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message);
        Assert.Contains("went on", sink.StdoutText, StringComparison.Ordinal);
        Assert.Contains("memory limit", sink.RunnerText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_fails_because_a_child_was_killed_ran_out_of_memory_whatever_its_exit_code()
    {
        var plan = Rig.Shell($"/bin/sh -c '{EatMemory}'; exit 1") with { Resources = new(Memory: Limit) };
        var (result, _) = await RunAsync(plan);
        Assert.Equal((FailureReason.OutOfMemory, 1), (result.Reason, result.ExitCode));
    }

    [Fact]
    public async Task A_step_gets_no_more_processes_than_its_limit()
    {
        var plan = Rig.Shell("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 5 & done; wait") with { Resources = new(Pids: 6) };
        var (result, sink) = await RunAsync(plan);
        Assert.False(result.Succeeded);
        Assert.Contains("fork", Errors(sink), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_container_gets_no_more_than_it_needs()
    {
        var plan = Rig.Shell("grep -E '^(CapEff|NoNewPrivs)' /proc/self/status; ls /var/run/docker.sock; (echo x >/proc/sys/kernel/hostname) 2>/dev/null || echo 'proc is read-only'");
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message);
        // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, NET_BIND_SERVICE: bits 0, 1, 3, 4, 5, 6, 7, 10.
        Assert.Contains("CapEff:\t00000000000004fb", sink.StdoutText, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", sink.StdoutText, StringComparison.Ordinal);
        Assert.Contains("proc is read-only", sink.StdoutText, StringComparison.Ordinal);
        Assert.Contains("docker.sock: No such file", Errors(sink), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_root_leaves_the_folders_of_the_contract_and_tmp_writable()
    {
        var plan = Rig.Shell("""
            touch /bin/x 2>/dev/null && echo 'root is writable'
            for d in /odtp/odtp-input /odtp/odtp-output /odtp/odtp-logs /odtp/odtp-workdir /tmp; do echo x > $d/x || exit 1; done
            """) with
        { ReadOnlyRoot = true, Snapshot = true };
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, result.Message + Errors(sink));
        Assert.Equal("", sink.StdoutText);
        Assert.True(File.Exists(Path.Combine(plan.Folders!.Snapshot, "x")), sink.RunnerText);
    }

    [Fact]
    public async Task The_user_working_directory_and_network_of_the_plan_hold()
    {
        var plan = Rig.Shell("id -u; pwd; ls /sys/class/net; echo mine > /odtp/odtp-output/x") with { User = "1000", WorkingDirectory = "/tmp" };
        var (result, sink) = await RunAsync(plan);
        Assert.True(result.Succeeded, Errors(sink));
        Assert.Equal("1000\n/tmp\nlo\n", sink.StdoutText);
        Assert.Equal("mine\n", await File.ReadAllTextAsync(Path.Combine(plan.Folders!.Output, "x"), Cancel));
    }

    [Fact]
    public void A_GPU_is_requested_only_where_the_step_asks_for_one()
    {
        var image = new EngineImage { Id = "sha256:0" };
        var options = new DockerOptions { Installation = "x" };
        var plan = Rig.Shell("true");
        Assert.Null(ContainerPlan.Build(plan, image, "x", options).HostConfig.DeviceRequests);
        var one = Assert.Single(ContainerPlan.Build(plan with { Resources = new(Gpu: -1) }, image, "x", options).HostConfig.DeviceRequests!);
        Assert.Equal(-1, one.Count);
        Assert.Equal("gpu", Assert.Single(Assert.Single(one.Capabilities)));
    }

    [Theory]
    [InlineData("bash", true)]
    [InlineData("/usr/bin/python3", true)]
    [InlineData("/usr/bin/tini", false)]
    [InlineData("/init", false)]
    public void An_image_with_an_init_of_its_own_keeps_it(string entrypoint, bool expected)
    {
        var image = new EngineImage { Id = "sha256:0", Config = new() { Entrypoint = [entrypoint, "x"] } };
        var spec = ContainerPlan.Build(Rig.Shell("true"), image, "x", new() { Installation = "x" });
        Assert.Equal(expected, spec.HostConfig.Init);
        Assert.False(spec.Tty);
        Assert.False(spec.OpenStdin);
    }

    [Fact]
    public async Task A_user_that_the_image_does_not_have_is_a_failure_of_the_step()
    {
        var (result, _) = await RunAsync(Rig.Shell("true") with { User = "nobody-here" });
        Assert.Equal(FailureReason.ExitCode, result.Reason);
        Assert.Contains("nobody-here", result.Message, StringComparison.Ordinal);
    }
}

using System.Net;
using System.Net.Sockets;
using Twinrunner.Runner.Executors;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Executors.Docker;

public sealed class DockerNetworkTests : DockerTests
{
    private const string WebServer = "mkdir /www; echo hello > /www/index.html; sleep 1; httpd -f -p 8080 -h /www";

    [Fact]
    public async Task A_published_port_is_on_loopback_and_told_before_the_probe_says_ready()
    {
        var plan = Rig.Shell(WebServer) with
        {
            Network = StepNetwork.Default,
            Ports = [new(8080, null)],
            ReadyProbe = new(HttpPort: 8080, Http: "/index.html"),
        };
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.IsReady, Cancel);
        using var http = new HttpClient();
        Assert.Equal("hello\n", await http.GetStringAsync($"http://127.0.0.1:{sink.Ports[8080]}/", Cancel));
        var container = await Engine.FindContainerAsync(plan.Key.Name, Cancel);
        Assert.Equal("127.0.0.1", container!.NetworkSettings!.Ports!["8080/tcp"]![0].HostIp);
        await Executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await run;
    }

    [Fact]
    public async Task A_probe_of_a_port_waits_until_somebody_listens_behind_the_engines_forwarder()
    {
        var plan = Rig.Shell(WebServer) with { Network = StepNetwork.Default, Ports = [new(8080, null)], ReadyProbe = new(TcpPort: 8080) };
        var (run, sink) = Start(plan);
        await sink.WaitAsync(s => s.IsReady, Cancel);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, sink.Ports[8080], Cancel);
        await client.GetStream().WriteAsync("GET / HTTP/1.0\r\n\r\n"u8.ToArray(), Cancel);
        Assert.StartsWith("HTTP/1.", await new StreamReader(client.GetStream()).ReadLineAsync(Cancel), StringComparison.Ordinal);
        await Executor.StopAsync(plan.Key, TimeSpan.Zero, Cancel);
        await run;
    }

    [Fact]
    public async Task Steps_of_an_execution_reach_each_other_by_name()
    {
        await Executor.EnsureNetworkAsync(Rig.Execution, Cancel);
        try
        {
            var server = Rig.Shell(WebServer) with { Network = StepNetwork.Execution, StepName = "database", ReadyProbe = new(TcpPort: 8080) };
            var (run, sink) = Start(server);
            await sink.WaitAsync(s => s.IsReady, Cancel);
            var (result, client) = await RunAsync(Rig.Shell("wget -q -O - http://database:8080/") with { Network = StepNetwork.Execution, StepName = "client" });
            Assert.True(result.Succeeded, Errors(client));
            Assert.Equal("hello\n", client.StdoutText);
            await Executor.StopAsync(server.Key, TimeSpan.Zero, Cancel);
            await run;
        }
        finally
        {
            // With the ended containers still on it.
            await Executor.RemoveNetworkAsync(Rig.Execution, CancellationToken.None);
        }
        Assert.Null(await Engine.FindNetworkAsync("twin-" + Rig.Execution, Cancel));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (result, _) = await RunAsync(Rig.Shell("true") with { Network = StepNetwork.Default, Ports = [new(80, port)] });
        Assert.Equal(FailureReason.Infrastructure, result.Reason);
        Assert.Contains($"({port}) is taken", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_executions_of_one_workflow_do_not_collide()
    {
        var first = Rig.Shell("echo one") with { StepName = "load" };
        var second = Rig.Shell("echo two") with { StepName = "load" };
        var results = await Task.WhenAll(RunAsync(first), RunAsync(second));
        Assert.Equal(["one\n", "two\n"], results.Select(r => r.Sink.StdoutText));
    }
}

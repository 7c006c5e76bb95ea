using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Twinrunner.Client;
using Twinrunner.Runner.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;
using Twinrunner.TestKit;
using StepStatus = Twinrunner.Storage.Documents.StepStatus;

namespace Twinrunner.Runner.Tests.Tunnels;

public sealed class TunnelTests : IAsyncLifetime
{
    private const int Port = 8080;

    private readonly TcpListener _served = new(IPAddress.Loopback, 0);
    private TestHost _host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _served.Start();
        _host = await TestHost.StartAsync(Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _served.Dispose();
    }

    [Fact]
    public async Task What_is_sent_arrives_and_the_answer_comes_after_the_sender_closed_its_half()
    {
        var step = await StoreAsync();
        var asked = Enumerable.Range(0, 1_000_000).Select(n => (byte)n).ToArray();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var user = new TcpClient();
        await user.ConnectAsync((IPEndPoint)listener.LocalEndpoint, Cancelled);
        await using var stream = user.GetStream();
        using var here = await listener.AcceptSocketAsync(Cancelled);
        using var tunnel = await _host.Client.OpenTunnelAsync(step, Port, Cancelled);
        var carrying = Tunnel.CarryAsync(tunnel, here, Cancelled);
        var answering = AnswerAsync();

        await stream.WriteAsync(asked, Cancelled);
        user.Client.Shutdown(SocketShutdown.Send);
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Cancelled);

        Assert.Equal(asked, answer.ToArray());
        await carrying;
        await answering;

        async Task AnswerAsync()
        {
            using var connection = await _served.AcceptTcpClientAsync(Cancelled);
            var all = new MemoryStream();
            await connection.GetStream().CopyToAsync(all, Cancelled);
            await connection.GetStream().WriteAsync(all.ToArray(), Cancelled);
        }
    }

    [Fact]
    public async Task A_connection_that_the_step_resets_is_reset_for_its_user()
    {
        var step = await StoreAsync();
        using var tunnel = await _host.Client.OpenTunnelAsync(step, Port, Cancelled);
        using (var connection = await _served.AcceptSocketAsync(Cancelled))
            connection.LingerState = new LingerOption(true, 0);

        await Assert.ThrowsAsync<WebSocketException>(() => tunnel.ReceiveAsync(new byte[10], Cancelled));
    }

    [Fact]
    public async Task What_cannot_be_reached_is_said_before_anything_is_opened()
    {
        Assert.Contains("has no port 80. It has 8080", await RefusalAsync(await StoreAsync(), 80), StringComparison.Ordinal);
        Assert.Contains("is Succeeded", await RefusalAsync(await StoreAsync(step => step with { Status = StepStatus.Succeeded })), StringComparison.Ordinal);
        Assert.Contains("has no ports", await RefusalAsync(await StoreAsync(step => step with { PublishedPorts = null })), StringComparison.Ordinal);
        var elsewhere = new Lease(Id<Node>.New(TimeProvider.System), 1, TimeProvider.System.GetUtcNow());
        Assert.Contains("on another machine", await RefusalAsync(await StoreAsync(step => step with { Lease = elsewhere })), StringComparison.Ordinal);
        Assert.Contains("There is no step", await RefusalAsync(Id<Step>.New(TimeProvider.System).ToString()), StringComparison.Ordinal);

        var step = await StoreAsync();
        await _host.Client.CheckTunnelAsync(step, Port, Cancelled);
        _served.Stop();
        Assert.Contains("takes no connections on port 8080", await RefusalAsync(step), StringComparison.Ordinal);
        await Assert.ThrowsAsync<WebSocketException>(() => _host.Client.OpenTunnelAsync(step, Port, Cancelled));
    }

    [Fact]
    public async Task A_step_in_a_cluster_is_found_under_its_host_whatever_node_drives_it()
    {
        var elsewhere = new Lease(Id<Node>.New(TimeProvider.System), 1, TimeProvider.System.GetUtcNow());

        await _host.Client.CheckTunnelAsync(await StoreAsync(step => step with { Lease = elsewhere, ServiceHost = "localhost" }), Port, Cancelled);
    }

    [Fact]
    public async Task A_page_of_another_site_can_open_none()
    {
        var step = await StoreAsync();
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", "https://elsewhere.example");
        socket.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => socket.ConnectAsync(
            new Uri($"ws://{_host.Address.Authority}/api/v1/steps/{step}/ports/{Port}/tunnel"), Cancelled));

        Assert.Equal(HttpStatusCode.Forbidden, socket.HttpStatusCode);
    }

    private async Task<string> RefusalAsync(string step, int port = Port) =>
        (await Assert.ThrowsAsync<ApiException>(() => _host.Client.CheckTunnelAsync(step, port, Cancelled))).Message;

    private async Task<string> StoreAsync(Func<Step, Step>? change = null)
    {
        var step = TestSteps.Make("atlas", StepStatus.Ready) with
        {
            Lease = new Lease(_host.Get<NodeIdentity>().Id, 1, TimeProvider.System.GetUtcNow()),
            PublishedPorts = new Dictionary<string, int> { [Port.ToString()] = ((IPEndPoint)_served.LocalEndpoint).Port },
        };
        await _host.Get<StepStore>().InsertAsync([change?.Invoke(step) ?? step], Cancelled);
        return step.Id.ToString();
    }
}

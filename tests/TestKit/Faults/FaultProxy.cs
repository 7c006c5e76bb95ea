using System.Net;
using System.Net.Sockets;

namespace Twinrunner.TestKit.Faults;

/// <summary>Passes connections on to a server, until a test has it cut them, hold them up or swallow what the server says.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint _server;
    private readonly CancellationTokenSource _stopped = new();
    private readonly Lock _gate = new();
    private readonly List<(Socket Client, Socket Server)> _connections = [];
    private readonly Task _accepting;
    private volatile bool _swallows;
    private int _seen;

    private FaultProxy(IPEndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Seen => Volatile.Read(ref _seen);

    public static FaultProxy Before(string host, int port) => new(new(IPAddress.Parse(host), port));

    /// <summary>Ends all connections that there are; new ones pass.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            foreach (var (client, server) in _connections)
            {
                client.Close(0); // a reset, as when a machine dies
                server.Dispose();
            }
            _connections.Clear();
        }
    }

    /// <summary>From now on what clients say arrives, and what the server answers gets lost; on connections that there are and on new ones.</summary>
    public void SwallowAnswers() => _swallows = true;

    /// <summary>Ends the connections whose answers were swallowed, and lets new ones pass.</summary>
    public void Heal()
    {
        _swallows = false;
        Cut();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        _listener.Dispose();
        Cut();
        await _accepting;
        _stopped.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stopped.Token);
                var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await server.ConnectAsync(_server, _stopped.Token);
                client.NoDelay = true;
                lock (_gate)
                    _connections.Add((client, server));
                Interlocked.Increment(ref _seen);
                _ = PassAsync(client, server, answers: false);
                _ = PassAsync(server, client, answers: true);
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PassAsync(Socket from, Socket to, bool answers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stopped.Token) is > 0 and var count)
            {
                if (!answers || !_swallows)
                    await to.SendAsync(buffer.AsMemory(0, count), _stopped.Token);
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Cut on one side or the other.
        }
    }
}

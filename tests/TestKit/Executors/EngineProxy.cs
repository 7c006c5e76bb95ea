using System.Collections.Concurrent;
using System.Net.Sockets;
using Twinrunner.Runner.Executors.Docker.Engine;

namespace Twinrunner.TestKit.Executors;

/// <summary>Stands between a client and the real engine, and cuts connections when a test wants it to.</summary>
public sealed class EngineProxy : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly string _engine;
    private readonly Task _accepting;

    public EngineProxy(string folder)
    {
        _engine = EngineAddress.FromEnvironment(Environment.GetEnvironmentVariable).SocketPath;
        var path = Path.Combine(folder, "engine.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        Address = EngineAddress.Parse("unix://" + path);
        _accepting = AcceptAsync();
    }

    public EngineAddress Address { get; }

    /// <summary>While true, connections are closed as soon as they are made: the engine is away.</summary>
    public bool IsDown { get; set; }

    /// <summary>Breaks every connection that is open.</summary>
    public void Cut()
    {
        foreach (var (client, server) in _connections)
        {
            client.Dispose();
            server.Dispose();
        }
        _connections.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var pumping = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                if (IsDown)
                {
                    client.Dispose();
                    continue;
                }
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(_engine), _stop.Token);
                _connections[client] = server;
                pumping.Add(PumpAsync(client, server));
                pumping.Add(PumpAsync(server, client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(pumping);
        }
    }

    private static async Task PumpAsync(Socket from, Socket to)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await from.ReceiveAsync(buffer)) > 0)
            {
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or ended by the other side.
        }
    }
}

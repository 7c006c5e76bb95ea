using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Twinrunner.Client;

/// <summary>
/// Carries the bytes of one TCP connection as the binary messages of a WebSocket, in both directions. A side that has sent all
/// closes its half only, as TCP does: what the other side still has to say comes through.
/// </summary>
public static class Tunnel
{
    private const int BufferSize = 64 * 1024;

    /// <summary>Ends when both directions have. Both ends stay the caller's to dispose.</summary>
    /// <exception cref="IOException">A connection broke; the other is aborted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task CarryAsync(WebSocket socket, Socket connection, CancellationToken cancellationToken)
    {
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var directions = new[] { OutAsync(socket, connection, broken.Token), InAsync(socket, connection, broken.Token) };
        try
        {
            await foreach (var ended in Task.WhenEach(directions).ConfigureAwait(false))
                await ended.ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or SocketException)
        {
            throw new IOException(exception.Message, exception);
        }
        finally
        {
            await broken.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(directions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task OutAsync(WebSocket socket, Socket connection, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await connection.ReceiveAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
                await socket.SendAsync(buffer.AsMemory(0, count), WebSocketMessageType.Binary, endOfMessage: true, cancellationToken).ConfigureAwait(false);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task InAsync(WebSocket socket, Socket connection, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
                if (received.MessageType == WebSocketMessageType.Close)
                    break;
                for (var sent = 0; sent < received.Count;)
                    sent += await connection.SendAsync(buffer.AsMemory(sent, received.Count - sent), cancellationToken).ConfigureAwait(false);
            }
            connection.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

using System.Net.WebSockets;

namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>Asks whether a port that a step serves takes connections.</summary>
    /// <exception cref="ApiException">It doesn't; the problem says why.</exception>
    public async Task CheckTunnelAsync(string stepId, int port, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, TunnelPath(stepId, port));
        using var _ = await SendAsync(request, deadline.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a connection to a port that a step serves, wherever that is; <see cref="Tunnel"/> says what it carries.</summary>
    /// <exception cref="WebSocketException">The server or the step refused it; <see cref="CheckTunnelAsync"/> says why.</exception>
    public async Task<WebSocket> OpenTunnelAsync(string stepId, int port, CancellationToken cancellationToken)
    {
        var address = new UriBuilder(new Uri(_http.BaseAddress!, TunnelPath(stepId, port)));
        address.Scheme = address.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs;
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(address.Uri, _http, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string TunnelPath(string stepId, int port) => $"{Steps}/{Part(stepId)}/ports/{port}/tunnel";
}

using System.Net.Sockets;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Executors.Probes;

/// <summary>Asks a running attempt again and again whether it is ready, until it is. Probes of the log are <see cref="LogLineProbe"/>.</summary>
/// <param name="probe">Which question to ask.</param>
/// <param name="addresses">Where a port of the attempt may be reached, the best first.</param>
/// <param name="exec">Runs a command beside the attempt and gives its exit code.</param>
internal sealed class ReadyProbe(
    ProbeSpec probe,
    Func<int, IReadOnlyList<ProbeAddress>> addresses,
    Func<IReadOnlyList<string>, CancellationToken, Task<int>> exec,
    TimeProvider time)
{
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan TryLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ExecLimit = TimeSpan.FromSeconds(30);

    /// <summary>A forwarder accepts every connection, and closes it when nobody listens behind it.</summary>
    private static readonly TimeSpan ForwarderCloses = TimeSpan.FromMilliseconds(200);

    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionLifetime = TimeSpan.Zero,
    });

    public async Task UntilReadyAsync(IStepSink sink, CancellationToken cancellationToken)
    {
        while (!await AnswersAsync(cancellationToken))
            await Task.Delay(probe.Interval ?? DefaultInterval, time, cancellationToken);
        await sink.ReadyAsync(cancellationToken);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(probe.Exec is null ? TryLimit : ExecLimit, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (probe.Exec is { } command)
                return await exec(command, linked.Token) == 0;
            foreach (var address in addresses(probe.TcpPort ?? probe.HttpPort ?? 0))
            {
                if (probe.Http is { } path ? await HttpAnswersAsync(address, path, linked.Token) : await TcpAnswersAsync(address, linked.Token))
                    return true;
            }
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private static async Task<bool> HttpAnswersAsync(ProbeAddress address, string path, CancellationToken cancellationToken)
    {
        try
        {
            var uri = new Uri($"http://{address.Host}:{address.Port}/{path.TrimStart('/')}");
            using var response = await Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return (int)response.StatusCode < 400;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private async Task<bool> TcpAnswersAsync(ProbeAddress address, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
            return !address.IsForwarded || !await IsClosedAsync(socket, cancellationToken);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private async Task<bool> IsClosedAsync(Socket socket, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ForwarderCloses, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await socket.ReceiveAsync(new byte[1], linked.Token) == 0;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>Where a port is reached.</summary>
/// <param name="IsForwarded">Something between accepts connections whether or not the attempt does.</param>
internal readonly record struct ProbeAddress(string Host, int Port, bool IsForwarded);

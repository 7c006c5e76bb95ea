using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;

namespace Twinrunner.Client;

/// <summary>
/// A Twinrunner server seen from outside: its REST interface as methods. An error answer is an <see cref="ApiException"/>, a
/// server that doesn't answer a <see cref="ServerUnreachableException"/>; a null result means "there is no such thing" only
/// where a method says so. Safe to use from several threads; make one and keep it.
/// </summary>
public sealed partial class RunnerClient : IDisposable
{
    private const string Api = "api/v1/";

    private readonly HttpClient _http;
    private readonly RunnerClientOptions _options;

    public RunnerClient(RunnerClientOptions options) : this(options, Handler(options.Address))
    {
    }

    /// <summary>For tests and for callers with a transport of their own; the handler is disposed with the client.</summary>
    public RunnerClient(RunnerClientOptions options, HttpMessageHandler handler)
    {
        _options = options;
        _http = new HttpClient(handler)
        {
            BaseAddress = IsUnixSocket(options.Address) ? new Uri("http://localhost/") : WithSlash(options.Address),
            Timeout = System.Threading.Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("twinrunner-client", Version));
        if (options.Token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
    }

    public static RunnerClient Create(Uri address, string? token = null) => new(new RunnerClientOptions { Address = address, Token = token });

    /// <summary>Where the server is, as given.</summary>
    public Uri Address => _options.Address;

    public void Dispose() => _http.Dispose();

    private static string Version { get; } =
        typeof(RunnerClient).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    private static bool IsUnixSocket(Uri address) => address.Scheme == "unix";

    // A base address without a slash at its end would lose its last part when a path is put behind it.
    private static Uri WithSlash(Uri address) => address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    private static SocketsHttpHandler Handler(Uri address)
    {
        var handler = new SocketsHttpHandler
        {
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(10),
            AutomaticDecompression = DecompressionMethods.All,
            // A server on this machine is never behind a proxy, and proxies would make "unreachable" their own error page.
            UseProxy = !address.IsLoopback && !IsUnixSocket(address),
        };
        if (IsUnixSocket(address))
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.AbsolutePath), cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            };
        }
        return handler;
    }
}

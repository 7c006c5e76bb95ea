using System.Net;
using System.Net.Sockets;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Hosts;

/// <summary>
/// Which hosts may be talked to for a repository that anybody may name. A name is resolved once and every address of it checked; the
/// connection then goes to these addresses, so that a name can't mean another machine a moment later.
/// </summary>
internal sealed class HostPolicy
{
    private readonly IReadOnlyList<string> _allowed;
    private readonly List<string> _privateNames = [];
    private readonly List<IPNetwork> _privateRanges = [];

    public HostPolicy(RegistryOptions options)
    {
        _allowed = options.AllowedHosts;
        foreach (var entry in options.PrivateHosts)
        {
            if (IPNetwork.TryParse(entry, out var range))
                _privateRanges.Add(range);
            else if (IPAddress.TryParse(entry, out var one))
                _privateRanges.Add(new(one, one.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else
                _privateNames.Add(entry);
        }
    }

    /// <summary>The addresses to connect to. Empty: a proxy that the operator configured resolves the name.</summary>
    /// <exception cref="SourceException">The host may not be talked to, or isn't known.</exception>
    public async Task<IReadOnlyList<IPAddress>> ResolveAsync(Uri address, CancellationToken cancellationToken)
    {
        var host = address.IdnHost.Trim('[', ']');
        if (!_allowed.Any(pattern => Matches(host, pattern)) && !_privateNames.Exists(name => Matches(host, name)))
            throw new SourceException($"Repositories at '{host}' may not be used: the server's setting allowedGitHosts doesn't name that host.");
        if (IPAddress.TryParse(host, out var literal))
            return [Check(host, literal)];
        if (IsProxied(address))
            return [];
        try
        {
            return [.. (await Dns.GetHostAddressesAsync(host, cancellationToken)).Select(found => Check(host, found))];
        }
        catch (SocketException exception)
        {
            throw new SourceException($"The host '{host}' can't be found: {exception.Message}.", exception);
        }
    }

    /// <summary>Connects an HTTP client to addresses that were checked, or to the operator's proxy.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.InitialRequestMessage.RequestUri!;
        var addresses = await ResolveAsync(target, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await (IsProxied(target)
                ? socket.ConnectAsync(context.DnsEndPoint, cancellationToken)
                : socket.ConnectAsync([.. addresses], context.DnsEndPoint.Port, cancellationToken));
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private IPAddress Check(string host, IPAddress address) =>
        AddressRanges.IsPublic(address) || _privateNames.Exists(name => Matches(host, name)) || _privateRanges.Exists(range => range.Contains(address))
            ? address
            : throw new SourceException(
                $"'{host}' is {(host == address.ToString() ? "an" : $"at {address}, an")} address of a private network or of this machine, and these are refused unless the server's setting privateHosts names the host or its range.");

    private static bool IsProxied(Uri address) =>
        address.Scheme is "http" or "https" && HttpClient.DefaultProxy.GetProxy(address) is { } proxy && proxy != address;

    private static bool Matches(string host, string pattern) =>
        pattern == "*"
        || (pattern.StartsWith("*.", StringComparison.Ordinal)
            ? host.EndsWith(pattern[1..], StringComparison.OrdinalIgnoreCase)
            : host.Equals(pattern, StringComparison.OrdinalIgnoreCase));
}

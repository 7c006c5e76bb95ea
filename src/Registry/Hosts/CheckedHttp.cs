using System.Net;
using System.Security.Cryptography.X509Certificates;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Hosts;

/// <summary>Gets what is behind an address that anybody may give: only from hosts that the policy allows, with redirects that are few and checked.</summary>
internal sealed class CheckedHttp : IDisposable
{
    private const int MostRedirects = 5;

    private readonly HttpClient _http;

    public CheckedHttp(HostPolicy hosts, RegistryOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectCallback = hosts.ConnectAsync,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // names are looked up again
            AutomaticDecompression = DecompressionMethods.All,
        };
        if (options.GitCaFile is { } authorities)
        {
            handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        }
        _http = new(handler) { Timeout = TimeSpan.FromSeconds(30) };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("twinrunner");
    }

    /// <summary>The answer behind all redirects, whatever its status; its request's address is where they led.</summary>
    /// <exception cref="SourceException">No answer can be had, or it leads in circles or to another protocol.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        var from = address;
        for (var redirects = 0; redirects <= MostRedirects; redirects++)
        {
            var response = await GetOnceAsync(address, cancellationToken);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                return response;
            response.Dispose();
            var next = new Uri(address, location);
            if (next.Scheme != "https" && next.Scheme != address.Scheme || next.Scheme is not ("https" or "http"))
                throw new SourceException($"'{from}' redirects from {address.Scheme} to {next.Scheme}, which is not followed.");
            address = next;
        }
        throw new SourceException($"'{from}' redirects more than {MostRedirects} times.");
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> GetOnceAsync(Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException exception)
        {
            throw exception.InnerException as SourceException ?? new SourceException($"'{address}' can't be reached: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SourceException($"'{address}' does not answer.", exception);
        }
    }
}

using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Registry.Hosts;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>
/// HTTP towards hosts that aren't trusted: bounded answers, no redirects or cookies of its own accord, no proxying of content
/// encodings (what is hashed must be what was sent), and only addresses that <see cref="HostPolicy"/> allows.
/// </summary>
internal sealed class RegistryHttp : IDisposable
{
    private const int MaxRedirects = 5;

    private readonly RegistryOptions _options;
    private readonly HttpClient _http;

    public RegistryHttp(RegistryOptions options)
    {
        _options = options;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // Which hosts git may use says nothing of images; that private networks are closed does.
            ConnectCallback = new HostPolicy(options with { AllowedHosts = ["*"] }).ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("twinrunner");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends a request and follows where it is sent on to. <paramref name="authorization"/> goes to the first host only.</summary>
    /// <exception cref="HttpRequestException">The connection failed.</exception>
    /// <exception cref="RedirectRefusedException">It was sent on to where no request may go.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri address, IReadOnlyCollection<string> accept, string? authorization, CancellationToken cancellationToken)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            foreach (var type in accept)
                request.Headers.Accept.ParseAdd(type);
            if (authorization is not null)
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                var target = response.Headers.Location is { } location ? new Uri(address, location) : null;
                if (target is null || redirects == MaxRedirects || !MayFollow(address, target))
                    throw new RedirectRefusedException(address, target);
                // Blobs lie with other hosts, whose addresses are signed: they need no login and must not see ours.
                if (!SameOrigin(address, target))
                    authorization = null;
                address = target;
            }
        }
    }

    /// <summary>A whole answer of at most <paramref name="limit"/> bytes; null: it has more.</summary>
    public static async Task<byte[]?> ReadAsync(HttpResponseMessage response, int limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
            return null;
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = ArrayPool<byte>.Shared.Rent(16 << 10);
        try
        {
            using var content = new MemoryStream();
            while (await body.ReadAsync(buffer, cancellationToken) is > 0 and var count)
            {
                if (content.Length + count > limit)
                    return null;
                content.Write(buffer, 0, count);
            }
            return content.ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Null: it isn't what was expected.</summary>
    public static T? Parse<T>(byte[] content, JsonTypeInfo<T> type) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(content, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool SameOrigin(Uri one, Uri other) => one.Scheme == other.Scheme && one.IdnHost == other.IdnHost && one.Port == other.Port;

    /// <summary>Whether a host has no TLS: the operator said so, or it is this machine, of which Docker expects none either.</summary>
    public bool IsInsecure(Uri address) =>
        (address.IsLoopback && address.Port != 443)
        || _options.InsecureImageRegistries.Any(entry =>
            entry.Equals(address.Host, StringComparison.OrdinalIgnoreCase) || entry.Equals($"{address.Host}:{address.Port}", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether an address that was read from an answer may be asked.</summary>
    public bool MayAsk(Uri address) => address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && IsInsecure(address));

    private bool MayFollow(Uri from, Uri to) => to.UserInfo.Length == 0 && (MayAsk(to) || SameOrigin(from, to));
}

/// <summary>An image registry sent on to an address that must not be asked.</summary>
internal sealed class RedirectRefusedException(Uri from, Uri? to) : Exception(
    to is null ? $"{from.Host} sent on to nowhere." : $"{from.Host} sent on to {to.GetLeftPart(UriPartial.Authority)}, which is without TLS, or sent on too often.");

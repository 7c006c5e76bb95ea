using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Runner.Executors.Docker.Engine;

/// <summary>
/// A thin typed client of the Docker Engine API (docs.docker.com/reference/api/engine), versions 1.41 (Docker 20.10, Podman) and later.
/// Every member throws <see cref="DockerException"/> when the engine refuses or can't be reached. Safe for concurrent use.
/// </summary>
public sealed partial class DockerEngine : IDisposable
{
    private static readonly Version OldestVersion = new(1, 41);

    /// <summary>The newest version whose changes have been checked against this client.</summary>
    private static readonly Version NewestVersion = new(1, 47);

    private readonly HttpClient _http;
    private volatile string? _prefix;

    public DockerEngine(EngineAddress address)
    {
        Address = address;
        _http = EngineTransport.Open(address);
    }

    public EngineAddress Address { get; }

    public void Dispose() => _http.Dispose();

    private Task GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, path, null, cancellationToken);

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(HttpMethod.Get, path, null, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    /// <summary>Null: there is no such thing.</summary>
    private async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync(path, type, cancellationToken);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    private async Task<T> PostAsync<T>(string path, HttpContent? content, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(HttpMethod.Post, path, content, HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, type, cancellationToken);
    }

    private async Task SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var response = await OpenAsync(method, path, content, HttpCompletionOption.ResponseContentRead, cancellationToken);
    }

    private Task<HttpResponseMessage> OpenStreamAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken) =>
        OpenAsync(method, path, content, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, string path, HttpContent? content, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var prefix = _prefix ?? await NegotiateAsync(cancellationToken);
        var request = new HttpRequestMessage(method, prefix + path) { Content = content };
        return await OpenAsync(request, completion, cancellationToken);
    }

    private async Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        using (request)
        {
            try
            {
                response = await _http.SendAsync(request, completion, cancellationToken);
            }
            catch (Exception e) when (e is HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
            {
                throw new DockerException($"The engine at {Address} can't be reached: {Innermost(e).Message}.", e);
            }
        }
        if (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.SwitchingProtocols)
            return response;
        using (response)
            throw new DockerException(response.StatusCode, await ReadErrorAsync(response, cancellationToken));
    }

    private async Task<string> NegotiateAsync(CancellationToken cancellationToken)
    {
        var ping = await PingAsync(cancellationToken);
        if (ping < OldestVersion)
            throw new DockerException(HttpStatusCode.BadRequest, $"The engine at {Address} speaks API {ping}; {OldestVersion} (Docker 20.10) or later is needed.");
        return _prefix = $"v{(ping < NewestVersion ? ping : NewestVersion)}/";
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await JsonSerializer.DeserializeAsync(body, type, cancellationToken)
            ?? throw new DockerException(response.StatusCode, "The engine answered with an empty document.");
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(text, EngineJson.Default.EngineError)?.Message ?? text;
        }
        catch (JsonException)
        {
            return text.Length > 0 ? text : $"The engine answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        }
    }

    /// <summary>JSON with a known length: one write instead of three chunks.</summary>
    private static ByteArrayContent Json<T>(T value, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type)) { Headers = { ContentType = new("application/json") } };

    private static StreamContent Tar(Stream stream) =>
        new(stream, bufferSize: 128 * 1024) { Headers = { ContentType = new("application/x-tar") } };

    private static Exception Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
            if (e is SocketException)
                break;
        }
        return e;
    }

    /// <summary>A query string of the pairs that have a value.</summary>
    private static string Query(params ReadOnlySpan<(string Name, string? Value)> pairs)
    {
        var query = new StringBuilder();
        foreach (var (name, value) in pairs)
        {
            if (value is not null)
                query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
        return query.ToString();
    }

    /// <summary>The <c>filters</c> of a list: <c>{"label":["a=b"]}</c>.</summary>
    private static string? Filters(string name, IReadOnlyCollection<string> values) =>
        values.Count == 0 ? null : JsonSerializer.Serialize(new() { [name] = values }, EngineJson.Default.DictionaryStringIReadOnlyCollectionString);

    private static string? Flag(bool value) => value ? "1" : null;
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.Runner.Kubernetes.Resources;

namespace Twinrunner.Runner.Kubernetes;

/// <summary>
/// A thin typed client of the Kubernetes API (kubernetes.io/docs/reference/using-api), from 1.20 on. Whatever passes by itself (the
/// server is away, too busy, or fails) is waited out; every other refusal is a <see cref="KubernetesException"/>. All that it asks for
/// may be asked twice: names make creating idempotent. Safe for concurrent use.
/// </summary>
internal sealed partial class KubernetesApi(ClusterAccess access, KubernetesOptions options, KubernetesMeters meters, TimeProvider time) : IDisposable
{
    private const int MostOfAnError = 64 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromMinutes(1);

    private readonly HttpClient _http = ApiTransport.Open(access);
    private readonly RequestGate _gate = new(options.RequestsAtOnce, options.RequestsPerSecond, 2 * options.RequestsPerSecond, time);

    public Uri Server => access.Server;

    public void Dispose()
    {
        _http.Dispose();
        _gate.Dispose();
        (access.Login as IDisposable)?.Dispose();
    }

    /// <summary>Asks once: whether the server is there is the question.</summary>
    public async Task<ServerVersion> VersionAsync(CancellationToken cancellationToken)
    {
        using var response = await SendOnceAsync(new("get", "version", HttpMethod.Get, "version", null), HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, KubernetesJson.Default.ServerVersion, cancellationToken);
    }

    /// <param name="dryRun">The server checks it, with all admission, and keeps nothing.</param>
    public async Task<T> CreateAsync<T>(ResourceKind<T> kind, string @namespace, T resource, bool dryRun, CancellationToken cancellationToken)
        where T : IResource
    {
        var path = kind.Path(@namespace) + (dryRun ? "?dryRun=All" : "");
        var body = JsonSerializer.SerializeToUtf8Bytes(resource, kind.Type);
        using var response = await SendAsync(new("create", kind.Plural, HttpMethod.Post, path, body), HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, kind.Type, cancellationToken);
    }

    /// <summary>Null: there is none of that name.</summary>
    public async Task<T?> FindAsync<T>(ResourceKind<T> kind, string @namespace, string name, CancellationToken cancellationToken)
        where T : class, IResource
    {
        try
        {
            using var response = await SendAsync(
                new("get", kind.Plural, HttpMethod.Get, kind.Path(@namespace, name), null), HttpCompletionOption.ResponseContentRead, cancellationToken);
            return await ReadAsync(response, kind.Type, cancellationToken);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Changes only what the patch (RFC 7386) names. False: there is none of that name.</summary>
    public async Task<bool> TryPatchAsync<T>(ResourceKind<T> kind, string @namespace, string name, string patch, CancellationToken cancellationToken)
        where T : IResource
    {
        var ask = new Ask("patch", kind.Plural, HttpMethod.Patch, kind.Path(@namespace, name), Encoding.UTF8.GetBytes(patch), "application/merge-patch+json");
        return await TryAsync(ask, cancellationToken);
    }

    /// <summary>Deletes it and what it owns. False: there is none of that name.</summary>
    /// <param name="grace">For pods: how long their processes have to end; null: as the pod says.</param>
    public async Task<bool> TryDeleteAsync<T>(ResourceKind<T> kind, string @namespace, string name, TimeSpan? grace, CancellationToken cancellationToken)
        where T : IResource
    {
        var query = "?propagationPolicy=Background" + (grace is { } time ? $"&gracePeriodSeconds={Math.Ceiling(time.TotalSeconds)}" : "");
        return await TryAsync(new("delete", kind.Plural, HttpMethod.Delete, kind.Path(@namespace, name) + query, null), cancellationToken);
    }

    private async Task<bool> TryAsync(Ask ask, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(ask, HttpCompletionOption.ResponseContentRead, cancellationToken);
            return true;
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Asks until the server answers, for as long as it may be away.</summary>
    private async Task<HttpResponseMessage> SendAsync(Ask ask, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var since = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await SendOnceAsync(ask, completion, cancellationToken);
            }
            catch (KubernetesException e) when (time.GetElapsedTime(since) < (e.IsPassing ? options.Absence : e.IsDenied ? options.Doubt : TimeSpan.Zero))
            {
                // Not all of a fleet at the same moment.
                var wait = pause * (0.5 + Random.Shared.NextDouble());
                await Task.Delay(e.RetryAfter > wait ? e.RetryAfter.Value : wait, time, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Ask ask, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        // A stream may last for ever: only the way to its head takes a place.
        using var turn = await _gate.EnterAsync(cancellationToken);
        using var request = new HttpRequestMessage(ask.Method, ask.Path);
        if (ask.Body is { } body)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new(ask.ContentType) } };
        var response = await AnswerAsync(ask, request, completion, cancellationToken);
        meters.Asked(ask.Verb, ask.Resource, (int)response.StatusCode);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            if (response.StatusCode == HttpStatusCode.Unauthorized)
                access.Login.Refused();
            throw await RefusalAsync(response, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(Ask ask, HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => limit.Cancel(), null, options.AnswerWithin, Timeout.InfiniteTimeSpan);
        try
        {
            request.Headers.Authorization = await access.Login.HeaderAsync(limit.Token);
            return await _http.SendAsync(request, completion, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            meters.Asked(ask.Verb, ask.Resource, 0);
            throw Unreachable(e);
        }
    }

    private KubernetesException Unreachable(Exception e)
    {
        var inner = e;
        while (inner.InnerException is { } next && inner is not SocketException)
            inner = next;
        return new($"The Kubernetes API server at {access.Server} can't be reached: {(inner is OperationCanceledException ? "it does not answer" : inner.Message.TrimEnd('.'))}.", e);
    }

    private async Task<KubernetesException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ApiStatus? status = null;
        try
        {
            await response.Content.LoadIntoBufferAsync(MostOfAnError, cancellationToken);
            status = await response.Content.ReadAsStreamAsync(cancellationToken) is var body
                ? await JsonSerializer.DeserializeAsync(body, KubernetesJson.Default.ApiStatus, cancellationToken) : null;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            // A proxy's page, or cut off: the code says what there is to say.
        }
        var asked = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => (TimeSpan?)null,
        };
        return new(response.StatusCode, status?.Reason, status?.Message ?? $"The API server answered {(int)response.StatusCode} {response.ReasonPhrase}.")
        {
            RetryAfter = asked > LongestAskedFor ? LongestAskedFor : asked,
        };
    }

    private async Task<T> ReadAsync<T>(HttpResponseMessage response, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, type, cancellationToken) ?? throw new JsonException("The document is empty.");
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            throw new KubernetesException($"The API server at {access.Server} answered what can't be read: {e.Message}", e);
        }
    }

    /// <summary>One request, which may be sent several times.</summary>
    private sealed record Ask(string Verb, string Resource, HttpMethod Method, string Path, byte[]? Body, string ContentType = "application/json");
}

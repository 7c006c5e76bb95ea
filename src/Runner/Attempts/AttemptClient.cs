using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Runner.Attempts;

/// <summary>The API as a helper sees it, from inside of a step's pod. An API that is away for a while is waited for.</summary>
internal sealed class AttemptClient : IOutputRecords, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http;
    private readonly HttpClient _plain;
    private readonly TimeProvider _time;

    public AttemptClient(Uri api, string token, TimeProvider time)
    {
        var root = new Uri(api.ToString().TrimEnd('/') + "/");
        _http = new() { BaseAddress = new(root, "api/v1/attempt/"), Timeout = AnswerWithin };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        // Objects may be at another host, which has no business with our token.
        _plain = new() { BaseAddress = root, Timeout = Timeout.InfiniteTimeSpan };
        _time = time;
    }

    public void Dispose()
    {
        _http.Dispose();
        _plain.Dispose();
    }

    public Task<AttemptInfo> InfoAsync(CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, "", null, AttemptJson.Default.AttemptInfo, cancellationToken);

    public Task<AttemptOrder> OrderAsync(AttemptState known, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, $"order?known={known}", null, AttemptJson.Default.AttemptOrder, cancellationToken);

    public async Task<string> UploadAddressAsync(string key, CancellationToken cancellationToken) =>
        (await AskAsync(HttpMethod.Post, "uploads", () => JsonContent.Create(new(key), AttemptJson.Default.UploadRequest), AttemptJson.Default.UploadAddress, cancellationToken)).Url;

    /// <summary>Another try of ours would be the same attempt's: there is nothing earlier.</summary>
    public Task<IReadOnlyList<Output>> FindByStepAsync(Id<Step> step, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Output>>([]);

    public async Task<bool> TryInsertAsync(Output output, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, "outputs", () => JsonContent.Create(output, DocumentJson.Default.Output), cancellationToken);
        return true;
    }

    /// <exception cref="ObjectStoreException">The object can't be read.</exception>
    public async Task<Stream?> GetAsync(string url, CancellationToken cancellationToken)
    {
        var response = await TransferAsync(new(HttpMethod.Get, url), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken);
    }

    /// <exception cref="ObjectStoreException">The object can't be written.</exception>
    public async Task PutAsync(string url, HttpContent content, CancellationToken cancellationToken)
    {
        using var response = await TransferAsync(new(HttpMethod.Put, url) { Content = content }, cancellationToken);
    }

    private async Task<HttpResponseMessage> TransferAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using (request)
            {
                var response = await _plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                    throw new ObjectStoreException($"The object store answered {(int)response.StatusCode} {response.ReasonPhrase}.");
            }
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ObjectStoreException($"The object store can't be reached: {e.Message}", e);
        }
    }

    private async Task<T> AskAsync<T>(HttpMethod method, string path, Func<HttpContent>? body, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(method, path, body, cancellationToken);
        return await response.Content.ReadFromJsonAsync(type, cancellationToken) ?? throw new HelperException("The API answered with nothing.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, Func<HttpContent>? body, CancellationToken cancellationToken)
    {
        var since = _time.GetTimestamp();
        for (var pause = TimeSpan.FromMilliseconds(200); ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            string trouble;
            try
            {
                using var request = new HttpRequestMessage(method, path) { Content = body?.Invoke() };
                var response = await _http.SendAsync(request, cancellationToken);
                if (response.IsSuccessStatusCode)
                    return response;
                using (response)
                {
                    trouble = await response.Content.ReadAsStringAsync(cancellationToken);
                    if ((int)response.StatusCode < 500 && response.StatusCode != HttpStatusCode.TooManyRequests)
                        throw new HelperException($"The API refused ({(int)response.StatusCode}): {trouble}");
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                trouble = e.Message;
            }
            if (_time.GetElapsedTime(since) > Patience)
                throw new HelperException($"The API at {_plain.BaseAddress} can't be reached from the step's pod: {trouble}");
            await Task.Delay(pause, _time, cancellationToken);
        }
    }
}

/// <summary>A helper can't do its work; the message is what people are shown as the step's failure.</summary>
public sealed class HelperException(string message) : Exception(message);

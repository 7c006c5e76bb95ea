using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Client;

/// <summary>The few ways to send a request that the features' parts are written with. Paths are relative to the server's address.</summary>
public sealed partial class RunnerClient
{
    private Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(() => new(HttpMethod.Get, path), type, cancellationToken);

    /// <summary>Null: the server says that there is no such thing.</summary>
    private async Task<T?> FindAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken) where T : class
    {
        try
        {
            return await GetAsync(path, type, cancellationToken).ConfigureAwait(false);
        }
        catch (ApiException exception) when (exception.Status == HttpStatusCode.NotFound && exception.Problem.Type == ProblemTypes.NotFound)
        {
            return null;
        }
    }

    private Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken, string? idempotencyKey = null) =>
        SendAsync(() => With(new(HttpMethod.Post, path), Json(body, bodyType), idempotencyKey), answerType, cancellationToken);

    private Task<TAnswer> PostAsync<TAnswer>(string path, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken) =>
        SendAsync(() => new(HttpMethod.Post, path), answerType, cancellationToken);

    private Task<TAnswer> PutAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken) =>
        SendAsync(() => With(new(HttpMethod.Put, path), Json(body, bodyType), null), answerType, cancellationToken);

    private Task<TAnswer> PatchAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<TAnswer> answerType, CancellationToken cancellationToken) =>
        SendAsync(() => With(new(HttpMethod.Patch, path), Json(body, bodyType), null), answerType, cancellationToken);

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Delete, path);
        using var response = await SendAsync(request, deadline.Token, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a body to be read as it comes, without a time limit. The caller disposes the response.</summary>
    private async Task<HttpResponseMessage> OpenAsync(string path, RangeHeaderValue? range, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Range = range;
        return await SendAsync(request, cancellationToken, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> SendAsync<T>(Func<HttpRequestMessage> make, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        using var request = make();
        return await SendAsync(request, type, deadline.Token, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken deadline, CancellationToken cancellationToken)
    {
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await SendAsync(request, deadline, cancellationToken).ConfigureAwait(false);
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(deadline).ConfigureAwait(false);
            return await JsonSerializer.DeserializeAsync(body, type, deadline).ConfigureAwait(false)
                ?? throw new JsonException("the answer is null");
        }
        catch (JsonException exception)
        {
            throw NotOurs(response, $"what answers is no Twinrunner server of this version: {exception.Message}");
        }
        catch (Exception exception) when (IsConnectionFailure(exception, cancellationToken))
        {
            throw new ServerUnreachableException(Address, exception);
        }
    }

    /// <summary>Sends, and returns once the headers of a success have come; throws the typed errors otherwise.</summary>
    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken deadline, CancellationToken cancellationToken)
    {
        HttpResponseMessage? response = null;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
                return response;
            var problem = await ReadProblemAsync(response, deadline).ConfigureAwait(false);
            throw new ApiException(response.StatusCode, problem);
        }
        catch (Exception exception)
        {
            response?.Dispose();
            // A download may have been sent on to the object store: then that is what doesn't answer.
            if (IsConnectionFailure(exception, cancellationToken))
                throw new ServerUnreachableException(request.RequestUri is { IsAbsoluteUri: true } asked && !_http.BaseAddress!.IsBaseOf(asked) ? new(asked.GetLeftPart(UriPartial.Authority)) : Address, exception);
            throw;
        }
    }

    private static async Task<ProblemView> ReadProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType is "application/problem+json" or "application/json")
        {
            try
            {
                await using var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
                if (await JsonSerializer.DeserializeAsync(body, WireJson.Default.ProblemView, cancellationToken).ConfigureAwait(false) is { } problem)
                    return problem;
            }
            catch (JsonException)
            {
                // Somebody else's error page: the status has to do.
            }
        }
        return new ProblemView
        {
            Status = (int)response.StatusCode,
            Title = response.ReasonPhrase,
            Detail = $"The server answered {(int)response.StatusCode} {response.ReasonPhrase} to {response.RequestMessage?.Method} {response.RequestMessage?.RequestUri}.",
        };
    }

    private ApiException NotOurs(HttpResponseMessage response, string why) => new(response.StatusCode, new ProblemView
    {
        Status = (int)response.StatusCode,
        Title = "Unexpected answer",
        Detail = $"{Address} answered {response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.PathAndQuery} with {(int)response.StatusCode}, but {why}",
    });

    private CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(_options.Timeout);
        return source;
    }

    // The caller's own cancellation is not the server's fault; every other broken or timed-out connection is.
    private static bool IsConnectionFailure(Exception exception, CancellationToken cancellationToken) => exception switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        HttpRequestException or IOException => true,
        _ => false,
    };

    // Serialized up front, so that the body has a length and its faults surface here.
    private static ByteArrayContent Json<T>(T body, JsonTypeInfo<T> type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, type)) { Headers = { ContentType = new("application/json") } };

    private static HttpRequestMessage With(HttpRequestMessage request, HttpContent content, string? idempotencyKey)
    {
        request.Content = content;
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        return request;
    }

    /// <summary>The path with those query parameters that have a value.</summary>
    private static string Query(string path, params ReadOnlySpan<(string Name, string? Value)> parameters)
    {
        var text = new StringBuilder(path);
        var separator = '?';
        foreach (var (name, value) in parameters)
        {
            if (value is null)
                continue;
            text.Append(separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            separator = '&';
        }
        return text.ToString();
    }

    /// <summary>One part of a path. Ids come from people, too: nothing in them may change which address is asked.</summary>
    private static string Part(string text) => text is "." or ".." or "" ? "-" : Uri.EscapeDataString(text);

    /// <summary>All items of a list, page by page as they are asked for.</summary>
    private static async IAsyncEnumerable<T> AllAsync<T>(
        Func<string?, CancellationToken, Task<Page<T>>> page,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? after = null;
        do
        {
            var current = await page(after, cancellationToken).ConfigureAwait(false);
            foreach (var item in current.Items)
                yield return item;
            after = current.Next;
        }
        while (after is not null);
    }
}

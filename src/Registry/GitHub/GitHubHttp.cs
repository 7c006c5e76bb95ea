using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;

namespace Twinrunner.Registry.GitHub;

/// <summary>
/// Sends requests to GitHub's REST API and says how they ended. Answers of 5xx and cut connections are tried again; redirects are
/// followed, but to no other host, since a token goes with them. Nothing expected is thrown: a failure is part of the reply.
/// </summary>
internal sealed partial class GitHubHttp : IDisposable
{
    private const int MaxAttempts = 4, MaxRedirects = 3;

    /// <summary>A page of 100 releases with their texts has a few hundred kilobytes.</summary>
    private const int MaxBodyBytes = 16 << 20;

    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(500), MostBackoff = TimeSpan.FromSeconds(10);

    private readonly GitHubQuotas _quotas;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public GitHubHttp(GitHubQuotas quotas, TimeProvider time)
    {
        _quotas = quotas;
        _time = time;
        _http = new(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.All,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // so that a changed address of the host is noticed
        })
        {
            MaxResponseContentBufferSize = MaxBodyBytes,
            Timeout = Timeout.InfiniteTimeSpan, // each attempt has its own
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new("twinrunner", typeof(GitHubHttp).Assembly.GetName().Version?.ToString(3)));
        _http.DefaultRequestHeaders.Accept.Add(new("application/vnd.github+json"));
        _http.DefaultRequestHeaders.Add("X-GitHub-Api-Version", "2022-11-28");
    }

    public void Dispose() => _http.Dispose();

    public async Task<GitHubReply<T>> SendAsync<T>(GitHubCall call, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var quota = _quotas.For(call.Host, call.Identity);
        for (var redirects = 0; ; redirects++)
        {
            var (response, failure) = await TryAsync(call, quota, cancellationToken);
            if (response is null)
                return new() { Failure = failure };
            using (response)
            {
                if (!IsRedirect(response.StatusCode))
                    return await ReadAsync(call, quota, response, type, cancellationToken);
                var target = response.Headers.Location is { } location ? new Uri(call.Uri, location) : null;
                if (redirects == MaxRedirects || target is null || !SameHost(target, call.Uri))
                    return new() { Failure = GitHubRefusals.Redirect(call, target) };
                call = call with { Uri = target };
            }
        }
    }

    private async Task<(HttpResponseMessage? Response, GitHubAnswer? Failure)> TryAsync(GitHubCall call, GitHubQuota quota, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await quota.EnterAsync(cancellationToken) is { } limited)
                return (null, limited);
            string trouble;
            try
            {
                var response = await ExchangeAsync(call, cancellationToken);
                quota.Observe(response);
                _quotas.Count(quota, response.StatusCode);
                if ((int)response.StatusCode < 500)
                    return (response, null);
                trouble = $"it answers {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd();
                response.Dispose();
            }
            catch (HttpRequestException exception) when (exception.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                return (null, new GitHubAnswer.Refused($"An answer of {call.Host} has more than {MaxBodyBytes >> 20} MiB."));
            }
            catch (HttpRequestException exception)
            {
                trouble = (exception.InnerException ?? exception).Message.TrimEnd('.');
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                trouble = $"it doesn't answer within {AttemptTimeout.TotalSeconds:0} s";
            }
            if (attempt == MaxAttempts)
                return (null, new GitHubAnswer.Unreachable($"{call.Host} can't be used now: {trouble}."));
            await Task.Delay(Backoff(attempt), _time, cancellationToken);
        }
    }

    /// <summary>One attempt, up to the last byte of the answer.</summary>
    private async Task<HttpResponseMessage> ExchangeAsync(GitHubCall call, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(AttemptTimeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var request = new HttpRequestMessage(call.Method, call.Uri);
        if (call.Identity.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (call.Stamp?.ETag is { } etag)
            request.Headers.TryAddWithoutValidation("If-None-Match", etag);
        else if (call.Stamp?.LastModified is { } modified)
            request.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseContentRead, linked.Token);
    }

    private static async Task<GitHubReply<T>> ReadAsync<T>(
        GitHubCall call, GitHubQuota quota, HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        if (response.StatusCode == HttpStatusCode.NotModified && call.Stamp is { } stamp)
            return new() { IsUnchanged = true, Stamp = stamp, HasNext = HasNext(response, orNull: true) };
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        if (!response.IsSuccessStatusCode)
            return new() { Failure = GitHubRefusals.Of(call, quota, response, body) };
        try
        {
            var value = JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
            return new() { Value = value, Stamp = StampOf(response), HasNext = HasNext(response, orNull: false) };
        }
        catch (JsonException)
        {
            return new() { Failure = new GitHubAnswer.Refused($"What {call.Uri} answers is not what GitHub's API answers: check the API's address of {call.Host} (setting githubHosts).") };
        }
    }

    private static GitHubStamp StampOf(HttpResponseMessage response) => new(
        response.Headers.TryGetValues("ETag", out var etags) ? etags.First() : null,
        response.Content.Headers.TryGetValues("Last-Modified", out var dates) ? dates.First() : null);

    private static bool? HasNext(HttpResponseMessage response, bool orNull) =>
        response.Headers.TryGetValues("Link", out var links) ? links.Any(link => NextLink().IsMatch(link)) : orNull ? null : false;

    private static bool IsRedirect(HttpStatusCode status) =>
        status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private static bool SameHost(Uri target, Uri from) => target.Scheme == from.Scheme && target.Authority == from.Authority;

    private static TimeSpan Backoff(int attempt)
    {
        var full = FirstBackoff * Math.Pow(2, attempt - 1);
        return (full < MostBackoff ? full : MostBackoff) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    [GeneratedRegex(@"<[^>]*>\s*;[^,]*\brel=""?next\b")]
    private static partial Regex NextLink();
}

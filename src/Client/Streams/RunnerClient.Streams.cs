using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Twinrunner.Client;

public sealed partial class RunnerClient
{
    /// <summary>
    /// Follows a stream of server-sent events until the server says that it has ended (<see cref="StreamEnd"/>). A connection
    /// that breaks is made again and goes on after the last item that came, so that nothing is lost or seen twice.
    /// </summary>
    /// <param name="lastEventId">Resume after this item; null: from where the address starts.</param>
    /// <exception cref="ApiException">The server refused the stream.</exception>
    /// <exception cref="ServerUnreachableException">The first connection failed, or a broken one could not be made again in <see cref="RunnerClientOptions.StreamPatience"/>.</exception>
    private async IAsyncEnumerable<SseEvent<T>> FollowAsync<T>(
        string path, JsonTypeInfo<T> type, string? lastEventId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var backoff = new ReconnectBackoff(_options.Time, _options.StreamPatience);
        TimeSpan? retry = null;
        var connectedOnce = false;
        while (true)
        {
            Exception? broken = null;
            HttpResponseMessage? response = null;
            try
            {
                response = await OpenStreamAsync(path, lastEventId, cancellationToken).ConfigureAwait(false);
                connectedOnce = true;
                backoff.Connected();
            }
            catch (ServerUnreachableException exception) when (connectedOnce)
            {
                broken = exception;
            }
            catch (ApiException exception) when (connectedOnce && exception.Status is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
            {
                broken = exception;
            }

            if (response is not null)
            {
                using var _ = response;
                if (response.StatusCode == HttpStatusCode.NoContent)
                    yield break;
                var parser = SseParser.Create(
                    new SilenceLimitedStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), _options.StreamSilence, _options.Time),
                    (eventType, data) => eventType == StreamEnd.EventType ? (Ended: true, Value: default(T)) : (Ended: false, Value: JsonSerializer.Deserialize(data, type)));
                await using var items = parser.EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (true)
                {
                    try
                    {
                        if (!await items.MoveNextAsync().ConfigureAwait(false))
                            break;
                    }
                    catch (Exception exception) when (IsConnectionFailure(exception, cancellationToken))
                    {
                        broken = exception;
                        break;
                    }
                    backoff.Received();
                    retry = items.Current.ReconnectionInterval ?? retry;
                    if (items.Current.Data.Ended)
                        yield break;
                    lastEventId = items.Current.EventId ?? lastEventId;
                    yield return new SseEvent<T>(items.Current.EventId, items.Current.Data.Value!);
                }
            }

            if (!await backoff.WaitAsync(retry, cancellationToken).ConfigureAwait(false))
                throw broken as ServerUnreachableException ?? new ServerUnreachableException(Address, broken);
        }
    }

    private async Task<HttpResponseMessage> OpenStreamAsync(string path, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        return await SendAsync(request, cancellationToken, cancellationToken).ConfigureAwait(false);
    }
}

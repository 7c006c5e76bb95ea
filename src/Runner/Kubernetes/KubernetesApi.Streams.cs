using System.Runtime.CompilerServices;
using System.Text.Json;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Runner.Streams;

namespace Twinrunner.Runner.Kubernetes;

internal sealed partial class KubernetesApi
{
    private const int PageSize = 500;
    private const int MostOfALine = 8 * 1024 * 1024;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>All of a kind that have the labels, in pages.</summary>
    /// <param name="selector">As kubectl writes it: <c>a=b,c</c>.</param>
    public async IAsyncEnumerable<T> ListAsync<T>(
        ResourceKind<T> kind, string @namespace, string? selector, [EnumeratorCancellation] CancellationToken cancellationToken, string? fields = null)
        where T : IResource
    {
        string? next = null;
        do
        {
            var page = await ListPageAsync(kind, @namespace, selector, fields, next, cancellationToken);
            foreach (var item in page.Items)
                yield return item;
            next = page.Metadata.Continue;
        }
        while (next is { Length: > 0 });
    }

    /// <summary>
    /// What there is, and then every change, for ever: through servers that go away, watches that end or fall silent, and versions
    /// that the server forgot, after which what there is comes again as a whole.
    /// </summary>
    /// <exception cref="KubernetesException">The server refuses: we may not watch this.</exception>
    public async IAsyncEnumerable<ResourceChange<T>> WatchAsync<T>(
        ResourceKind<T> kind, string @namespace, string selector, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IResource
    {
        string? version = null;
        var pause = FirstPause;
        while (true)
        {
            if (version is null)
            {
                meters.Listed(kind.Plural);
                var (items, at) = await ListAllAsync(kind, @namespace, selector, cancellationToken);
                version = at;
                yield return ResourceChange<T>.Listed(items);
            }
            await using var lines = WatchFromAsync(kind, @namespace, selector, version, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await TryNextAsync(lines) is { } line)
            {
                pause = FirstPause;
                if (Read(kind, line) is not { } change)
                {
                    version = null; // an error, or what can't be read: begin with a list
                    break;
                }
                version = change.Item!.Metadata.ResourceVersion;
                if (change.Kind != ChangeKind.Bookmark)
                    yield return change;
            }
            await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        async Task<WatchLine?> TryNextAsync(IAsyncEnumerator<WatchLine> lines)
        {
            try
            {
                return await lines.MoveNextAsync() ? lines.Current : null;
            }
            catch (KubernetesException e) when (e.IsExpired)
            {
                version = null;
                return null;
            }
            catch (Exception e) when (e is KubernetesException { IsPassing: true } or HttpRequestException or IOException or JsonException
                or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                return null; // cut off: go on from the last version
            }
        }
    }

    /// <summary>A container's log as the node keeps it, each line with its time before it. The caller disposes of the stream.</summary>
    /// <param name="since">Lines of that second and later; null: from the beginning of what the node still has.</param>
    /// <param name="follow">Until the container has ended.</param>
    public async Task<Stream> OpenLogAsync(string @namespace, string pod, string container, DateTimeOffset? since, bool follow, CancellationToken cancellationToken)
    {
        var query = $"?container={container}&timestamps=true{(follow ? "&follow=true" : "")}"
            + (since is { } at ? $"&sinceTime={Uri.EscapeDataString(at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"))}" : "");
        var path = ResourceKinds.Pods.Path(@namespace, pod) + "/log" + query;
        var response = await SendAsync(new("log", "pods", HttpMethod.Get, path, null), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new ResponseStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    private async Task<(IReadOnlyList<T> Items, string? Version)> ListAllAsync<T>(
        ResourceKind<T> kind, string @namespace, string selector, CancellationToken cancellationToken)
        where T : IResource
    {
        while (true)
        {
            var items = new List<T>();
            try
            {
                string? next = null, version;
                do
                {
                    var page = await ListPageAsync(kind, @namespace, selector, null, next, cancellationToken);
                    items.AddRange(page.Items);
                    (next, version) = (page.Metadata.Continue, page.Metadata.ResourceVersion);
                }
                while (next is { Length: > 0 });
                return (items, version);
            }
            catch (KubernetesException e) when (e.IsExpired)
            {
                // The list took longer than the server remembers its beginning.
            }
        }
    }

    private async Task<ResourceList<T>> ListPageAsync<T>(
        ResourceKind<T> kind, string @namespace, string? selector, string? fields, string? next, CancellationToken cancellationToken)
        where T : IResource
    {
        var path = kind.Path(@namespace) + $"?limit={PageSize}"
            + Query("labelSelector", selector) + Query("fieldSelector", fields) + Query("continue", next);
        using var response = await SendAsync(new("list", kind.Plural, HttpMethod.Get, path, null), HttpCompletionOption.ResponseContentRead, cancellationToken);
        return await ReadAsync(response, kind.List, cancellationToken);
    }

    private async IAsyncEnumerable<WatchLine> WatchFromAsync<T>(
        ResourceKind<T> kind, string @namespace, string selector, string? version, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : IResource
    {
        var seconds = (int)Math.Ceiling(options.WatchFor.TotalSeconds * (0.75 + Random.Shared.NextDouble() / 2));
        var path = kind.Path(@namespace) + $"?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}"
            + Query("labelSelector", selector) + Query("resourceVersion", version);
        using var watchdog = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var timer = time.CreateTimer(_ => watchdog.Cancel(), null, TimeSpan.FromSeconds(seconds) + Silence, Timeout.InfiniteTimeSpan);
        using var response = await SendAsync(new("watch", kind.Plural, HttpMethod.Get, path, null), HttpCompletionOption.ResponseHeadersRead, watchdog.Token);
        await using var body = await response.Content.ReadAsStreamAsync(watchdog.Token);
        await foreach (var line in LinesAsync(body, watchdog.Token))
        {
            yield return JsonSerializer.Deserialize(line.Span, KubernetesJson.Default.WatchLine) ?? throw new JsonException("An empty line in a watch.");
        }
    }

    /// <summary>Null: what went wrong is such that everything has to be listed anew.</summary>
    private static ResourceChange<T>? Read<T>(ResourceKind<T> kind, WatchLine line)
        where T : IResource
    {
        ChangeKind? change = line.Type switch
        {
            "ADDED" or "MODIFIED" => ChangeKind.Changed,
            "DELETED" => ChangeKind.Removed,
            "BOOKMARK" => ChangeKind.Bookmark,
            _ => null, // ERROR, with a status that most often says 410
        };
        return change is { } known && line.Object.Deserialize(kind.Type) is { } item ? new(known, item, null) : null;
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> LinesAsync(Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[64 * 1024];
        var filled = 0;
        while (await body.ReadAsync(buffer.AsMemory(filled), cancellationToken) is > 0 and var count)
        {
            filled += count;
            var start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                yield return buffer.AsMemory(start, length);
                start += length + 1;
            }
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled < buffer.Length)
                continue;
            if (buffer.Length >= MostOfALine)
                throw new IOException("A line of a watch is too long.");
            Array.Resize(ref buffer, buffer.Length * 2);
        }
    }

    private static string Query(string name, string? value) => value is { Length: > 0 } ? $"&{name}={Uri.EscapeDataString(value)}" : "";
}

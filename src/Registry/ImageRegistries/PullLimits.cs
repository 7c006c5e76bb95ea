using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Twinrunner.Registry.ImageRegistries;

/// <summary>
/// What each image registry last said of its limits, so that it is asked no more than it wants: Docker Hub's <c>RateLimit-Limit: 100;w=21600</c>
/// and <c>RateLimit-Remaining</c> on manifests, and the <c>Retry-After</c> of a 429.
/// </summary>
public sealed class PullLimits
{
    /// <summary>Registries that are remembered; they are named by repositories, so that there could be any number of them.</summary>
    private const int MaxHosts = 1000;

    private static readonly TimeSpan DefaultPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(6);

    private readonly ConcurrentDictionary<string, PullLimit> _hosts = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    public PullLimits(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        meters.Create("Twinrunner.Registry").CreateObservableGauge(
            "twinrunner.image_registry.pulls_remaining",
            () => _hosts.Values.Where(limit => limit.Remaining is not null)
                .Select(limit => new Measurement<int>(limit.Remaining!.Value, new KeyValuePair<string, object?>("host", limit.Host))),
            "{pull}",
            "Pulls that an image registry still allows in its window");
    }

    /// <summary>What is known, by host.</summary>
    public IReadOnlyList<PullLimit> All => [.. _hosts.Values.OrderBy(limit => limit.Host, StringComparer.Ordinal)];

    /// <summary>Until when the host wants to be left alone; null: it may be asked.</summary>
    /// <param name="counts">The request takes from the limit: Docker Hub counts a GET of a manifest, not a HEAD.</param>
    public DateTimeOffset? Until(string host, bool counts)
    {
        var now = _time.GetUtcNow();
        if (!_hosts.TryGetValue(host, out var limit))
            return null;
        if (limit.Until > now)
            return limit.Until;
        // The window slides, so that one pull comes back after its share of it.
        return counts && limit is { Remaining: <= 0, Limit: > 0 } && limit.SeenAt + limit.Window / limit.Limit is var next && next > now ? next : null;
    }

    /// <summary>Remembers what an answer says. Returns until when to wait if it was a 429.</summary>
    internal DateTimeOffset? See(string host, HttpResponseMessage response)
    {
        var now = _time.GetUtcNow();
        DateTimeOffset? until = response.StatusCode == HttpStatusCode.TooManyRequests ? now + Pause(response.Headers.RetryAfter, now) : null;
        var (limit, window) = Read(response.Headers, "RateLimit-Limit");
        var (remaining, _) = Read(response.Headers, "RateLimit-Remaining");
        if ((until is not null || limit is not null) && (_hosts.Count < MaxHosts || _hosts.ContainsKey(host)))
            _hosts[host] = new(host, limit, remaining, window ?? TimeSpan.Zero, until, now);
        return until;
    }

    private static TimeSpan Pause(RetryConditionHeaderValue? retry, DateTimeOffset now)
    {
        var pause = retry?.Delta ?? (retry?.Date - now) ?? DefaultPause;
        return pause < TimeSpan.Zero ? DefaultPause : pause < LongestPause ? pause : LongestPause;
    }

    /// <summary><c>76;w=21600</c>: a number, and its window in seconds.</summary>
    private static (int? Number, TimeSpan? Window) Read(HttpResponseHeaders headers, string name)
    {
        if (!headers.TryGetValues(name, out var values) || values.First().Split(';') is not [var first, .. var rest]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return (null, null);
        var window = rest.Select(part => part.Trim()).FirstOrDefault(part => part.StartsWith("w=", StringComparison.Ordinal));
        return (number, int.TryParse(window?[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null);
    }
}

/// <param name="Limit">Pulls in a window; null: the host didn't say.</param>
/// <param name="Until">It refused and wants to be left alone until then.</param>
public sealed record PullLimit(string Host, int? Limit, int? Remaining, TimeSpan Window, DateTimeOffset? Until, DateTimeOffset SeenAt);

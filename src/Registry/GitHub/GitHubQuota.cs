using System.Globalization;
using System.Net.Http.Headers;

namespace Twinrunner.Registry.GitHub;

/// <summary>
/// What one identity may still spend at one host (docs.github.com/rest: "Rate limits for the REST API"). Requests are spaced, so that
/// the secondary limits of 100 at once and 900 points a minute are never met, and looks are put off when they would use up the
/// hour's points before the hour is over. Other processes may use the same token: what the answers say goes before what is counted here.
/// </summary>
public sealed class GitHubQuota(string host, string identity, TimeProvider time)
{
    private const int Burst = 20;

    /// <summary>Part of the hour's points that may be spent ahead of time: somebody waits for a component that they add.</summary>
    private const double Ahead = 0.2;

    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeastBlock = TimeSpan.FromMinutes(1), MostBlock = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private DateTimeOffset _nextRequest, _resetsAt, _blockedUntil, _told;
    private int? _limit, _remaining;
    private int _blocks;

    public string Host => host;

    public string Identity => identity;

    public bool IsInstallation => identity.StartsWith("installation-", StringComparison.Ordinal);

    public GitHubQuotaState State
    {
        get
        {
            lock (_gate)
            {
                var now = time.GetUtcNow();
                return new(_limit, _resetsAt > now ? _remaining : _limit, _resetsAt > now ? _resetsAt : null, ClosedUntil(now));
            }
        }
    }

    /// <summary>Lets work begin that may spend so many points. Waits for a moment only; null: go on, else it says when.</summary>
    internal async ValueTask<GitHubAnswer.Limited?> AdmitAsync(int points, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (ClosedUntil(now) is { } closed)
                return Tell(closed, points);
            wait = FairAt(points) - now;
            if (wait > Patience)
                return Tell(now + wait, points);
        }
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken);
        return null;
    }

    /// <summary>Waits until one request may be sent; null: it may, else it says when.</summary>
    internal async ValueTask<GitHubAnswer.Limited?> EnterAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (ClosedUntil(now) is { } closed)
                return Tell(closed, 1);
            var earliest = now - (Spacing * Burst);
            var slot = _nextRequest > earliest ? _nextRequest : earliest;
            _nextRequest = slot + Spacing;
            wait = slot - now;
        }
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, time, cancellationToken);
        return null;
    }

    /// <summary>Takes in what an answer says of the limit.</summary>
    internal void Observe(HttpResponseMessage response)
    {
        if (Number(response.Headers, "X-RateLimit-Limit") is not { } limit
            || Number(response.Headers, "X-RateLimit-Remaining") is not { } remaining
            || Number(response.Headers, "X-RateLimit-Reset") is not { } reset)
            return;
        var now = time.GetUtcNow();
        // By GitHub's own clock, since ours may differ from it; both are whole seconds.
        var left = DateTimeOffset.FromUnixTimeSeconds(reset) - (response.Headers.Date ?? now) + TimeSpan.FromSeconds(1);
        var resetsAt = now + (left < Window ? left : Window);
        lock (_gate)
        {
            // Answers may arrive in another order: within an hour, less is later.
            var sameHour = (resetsAt - _resetsAt).Duration() < TimeSpan.FromMinutes(1);
            if (!sameHour)
                _resetsAt = resetsAt;
            _remaining = (int)Math.Min(sameHour && _remaining is { } earlier ? earlier : int.MaxValue, remaining);
            _limit = (int)Math.Min(int.MaxValue, limit);
            if (response.IsSuccessStatusCode)
                _blocks = 0;
        }
    }

    /// <summary>A request was refused for a limit. Without a time from GitHub the pause is a minute, and longer each time.</summary>
    internal GitHubAnswer.Limited Block(TimeSpan? retryAfter)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (retryAfter is null && _remaining == 0 && _resetsAt > now)
                return Tell(_resetsAt, 1);
            var (pause, most) = retryAfter is { } asked ? (asked, Window) : (LeastBlock * Math.Pow(2, Math.Min(_blocks++, 10)), MostBlock);
            _blockedUntil = now + (pause < most ? pause : most);
            return Tell(_blockedUntil, 1);
        }
    }

    private DateTimeOffset? ClosedUntil(DateTimeOffset now) =>
        _blockedUntil > now ? _blockedUntil
        : _remaining == 0 && _resetsAt > now ? _resetsAt
        : null;

    /// <summary>When so many points may be spent if the hour's points are to last for the hour.</summary>
    private DateTimeOffset FairAt(int points)
    {
        if (_limit is not > 0 || _remaining is not { } remaining || _resetsAt <= time.GetUtcNow())
            return DateTimeOffset.MinValue;
        var spent = _limit.Value - remaining + points;
        return _resetsAt - Window + (Window * ((spent / (double)_limit.Value) - Ahead));
    }

    /// <summary>Those who wait are told different times, or they would all come back at once.</summary>
    private GitHubAnswer.Limited Tell(DateTimeOffset earliest, int points)
    {
        var until = _told > earliest && _told < earliest + Window ? _told : earliest;
        _told = until + (Window * points / (_limit is > 0 ? _limit.Value : 60));
        var sentence = _blockedUntil > time.GetUtcNow()
            ? $"{host} asks for a pause until {_blockedUntil:HH:mm:ss} UTC (secondary rate limit)."
            : $"Of {_limit:N0} requests an hour to {host} {_remaining:N0} are left until {_resetsAt:HH:mm} UTC; this one goes on at {until:HH:mm:ss} UTC.";
        return new(until, identity == GitHubIdentity.Anonymous.Name ? $"{sentence} With a token there are 5,000: twin credential set github {host}." : sentence);
    }

    private static long? Number(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= uint.MaxValue
            ? number
            : null;
}

/// <param name="Limit">Requests an hour; null: no answer has said yet.</param>
/// <param name="WaitsUntil">No request is sent before; null: they are.</param>
public readonly record struct GitHubQuotaState(int? Limit, int? Remaining, DateTimeOffset? ResetsAt, DateTimeOffset? WaitsUntil);

using Microsoft.AspNetCore.Http;

namespace Twinrunner.TestKit.GitHub;

/// <summary>One identity's primary limit: it begins with the first request and is whole again an hour later.</summary>
internal sealed class TestGitHubLimit
{
    private readonly Lock _gate = new();
    private DateTimeOffset _resetsAt;
    private int _used;

    public int Limit { get; set; }

    public int Used(DateTimeOffset now)
    {
        lock (_gate)
            return _resetsAt > now ? _used : 0;
    }

    public int Remaining(DateTimeOffset now) => Math.Max(0, Limit - Used(now));

    public DateTimeOffset ResetsAt(DateTimeOffset now)
    {
        lock (_gate)
            return _resetsAt > now ? _resetsAt : now + TimeSpan.FromHours(1);
    }

    public void Spend(DateTimeOffset now)
    {
        lock (_gate)
        {
            if (_resetsAt <= now)
                (_used, _resetsAt) = (0, now + TimeSpan.FromHours(1));
            _used++;
        }
    }

    public void WriteTo(IHeaderDictionary headers, DateTimeOffset now)
    {
        headers["X-RateLimit-Limit"] = $"{Limit}";
        headers["X-RateLimit-Remaining"] = $"{Remaining(now)}";
        headers["X-RateLimit-Used"] = $"{Used(now)}";
        headers["X-RateLimit-Reset"] = $"{ResetsAt(now).ToUnixTimeSeconds()}";
        headers["X-RateLimit-Resource"] = "core";
    }
}

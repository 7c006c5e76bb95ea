using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;

namespace Twinrunner.Registry.GitHub;

/// <summary>The quotas of all identities that this process uses, and what was spent, as metrics.</summary>
public sealed class GitHubQuotas
{
    public const string MeterName = "Twinrunner.Registry";

    private readonly ConcurrentDictionary<(string Host, string Identity), GitHubQuota> _quotas = new();
    private readonly Counter<long> _requests;
    private readonly TimeProvider _time;

    public GitHubQuotas(TimeProvider time, IMeterFactory meters)
    {
        _time = time;
        var meter = meters.Create(MeterName);
        _requests = meter.CreateCounter<long>("twinrunner.registry.github.requests", "{request}", "Requests to GitHub's API by the status of their answer");
        meter.CreateObservableGauge("twinrunner.registry.github.limit", () => Measure(state => state.Limit), "{request}", "Requests that an identity may send in an hour");
        meter.CreateObservableGauge("twinrunner.registry.github.remaining", () => Measure(state => state.Remaining), "{request}", "Requests that are left until the hour is over");
    }

    public IEnumerable<GitHubQuota> All => _quotas.Values;

    internal GitHubQuota For(string host, GitHubIdentity identity) =>
        _quotas.GetOrAdd((host, identity.Name), static (key, time) => new(key.Host, key.Identity, time), _time);

    internal void Count(GitHubQuota quota, HttpStatusCode status) =>
        _requests.Add(1, new("host", quota.Host), new("identity", quota.Identity), new("status", (int)status));

    private IEnumerable<Measurement<int>> Measure(Func<GitHubQuotaState, int?> value) =>
        from quota in _quotas.Values
        let measured = value(quota.State)
        where measured is not null
        select new Measurement<int>(measured.Value, new KeyValuePair<string, object?>("host", quota.Host), new KeyValuePair<string, object?>("identity", quota.Identity));
}

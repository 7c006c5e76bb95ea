using System.Diagnostics.Metrics;

namespace Twinrunner.Runner.Kubernetes;

/// <summary>What is asked of the API server.</summary>
internal sealed class KubernetesMeters
{
    private readonly Counter<long> _requests;
    private readonly Counter<long> _relisted;

    public KubernetesMeters(IMeterFactory factory)
    {
        var meter = factory.Create("Twinrunner.Kubernetes");
        _requests = meter.CreateCounter<long>("twinrunner.kubernetes.requests", "{request}", "Requests to the API server, by verb, resource and status (0: nobody answered).");
        _relisted = meter.CreateCounter<long>("twinrunner.kubernetes.lists", "{list}", "Times that a watch had to begin with a list, by resource.");
    }

    public void Asked(string verb, string resource, int status) => _requests.Add(1, new("verb", verb), new("resource", resource), new("status", status));

    public void Listed(string resource) => _relisted.Add(1, new KeyValuePair<string, object?>("resource", resource));
}

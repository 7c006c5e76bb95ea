using System.Globalization;
using Twinrunner.Runner.Kubernetes.Resources;

namespace Twinrunner.Runner.Executors.Kubernetes;

/// <summary>How what steps serve is reached from outside of the cluster: by an Ingress beside the Service of each step that has ports.</summary>
/// <param name="Host">
/// Host names, with <c>{step}</c>, <c>{execution}</c>, <c>{id}</c> (of the step) and <c>{port}</c> in them. Without <c>{port}</c> only the
/// first port has one.
/// </param>
/// <param name="TlsSecret">Secret with the certificate; null: plain HTTP.</param>
internal sealed record StepIngress(string Host, string? ClassName = null, string? TlsSecret = null, IReadOnlyDictionary<string, string>? Annotations = null)
{
    /// <summary>Two steps must not have one host name.</summary>
    public bool IsUnique => Has("{id}") || (Has("{step}") && Has("{execution}"));

    /// <summary>Null: the step has no port that takes requests.</summary>
    public Ingress? Build(StepPlan plan, Job job)
    {
        var hosts = HostsOf(plan);
        return hosts.Count == 0 ? null : new()
        {
            Metadata = JobPlan.Owned(plan.Key.Name, job) with { Annotations = Annotations },
            Spec = new(
                ClassName,
                TlsSecret is { } secret ? [new([.. hosts.Values], secret)] : null,
                [.. hosts.Select(host => IngressRule.To(plan.Key.Name, host.Key, host.Value))]),
        };
    }

    /// <summary>Where ports are reached.</summary>
    public IReadOnlyDictionary<int, string> AddressesOf(StepPlan plan) =>
        HostsOf(plan).ToDictionary(host => host.Key, host => $"{(TlsSecret is null ? "http" : "https")}://{host.Value}");

    private Dictionary<int, string> HostsOf(StepPlan plan) => plan.Ports
        .Where(port => port.Protocol.Equals("tcp", StringComparison.OrdinalIgnoreCase))
        .Select(port => port.Container)
        .Distinct()
        .Take(Has("{port}") ? int.MaxValue : 1)
        .ToDictionary(port => port, port => HostOf(plan, port));

    private string HostOf(StepPlan plan, int port)
    {
        var host = With(plan.StepName);
        // What DNS doesn't take (capitals, underscores, long names) gives way to the step's id, which stands for it as well.
        return host.Split('.').All(label => JobPlan.HostName().IsMatch(label)) ? host : With(plan.Key.Step.ToString());

        string With(string step) => Host
            .Replace("{step}", step, StringComparison.Ordinal)
            .Replace("{execution}", plan.Execution.ToString(), StringComparison.Ordinal)
            .Replace("{id}", plan.Key.Step.ToString(), StringComparison.Ordinal)
            .Replace("{port}", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private bool Has(string placeholder) => Host.Contains(placeholder, StringComparison.Ordinal);
}

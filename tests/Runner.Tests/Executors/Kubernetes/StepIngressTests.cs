using System.Text.Json;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Kubernetes.Resources;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Tests.Executors.Kubernetes;

public sealed class StepIngressTests
{
    private static readonly StepPlan Plan = new()
    {
        Key = new(Id<Step>.New(TimeProvider.System), 2),
        Execution = Id<Execution>.New(TimeProvider.System),
        StepName = "atlas",
        Ports = [new(8080, null, null, "tcp"), new(5432, null, null, "tcp"), new(53, null, null, "udp")],
    };

    private static readonly Job Job = new() { Metadata = new() { Name = Plan.Key.Name, Uid = "u", Labels = new Dictionary<string, string> { ["a"] = "b" } } };

    [Fact]
    public void The_first_port_has_a_host_name_and_the_Ingress_goes_with_its_Job()
    {
        var host = $"atlas-{Plan.Execution}.lab.org";
        var ingress = new StepIngress("{step}-{execution}.lab.org", "nginx", "wildcard", new Dictionary<string, string> { ["x"] = "y" });
        var made = ingress.Build(Plan, Job)!;
        Assert.Equal(
            """
            {"apiVersion":"networking.k8s.io/v1","kind":"Ingress","metadata":{"name":"NAME","labels":{"a":"b"},"annotations":{"x":"y"},"ownerReferences":[{"apiVersion":"batch/v1","kind":"Job","name":"NAME","uid":"u"}]},"spec":{"ingressClassName":"nginx","tls":[{"hosts":["HOST"],"secretName":"wildcard"}],"rules":[{"host":"HOST","http":{"paths":[{"path":"/","pathType":"Prefix","backend":{"service":{"name":"NAME","port":{"number":8080}}}}]}}]}}
            """.Replace("NAME", Plan.Key.Name, StringComparison.Ordinal).Replace("HOST", host, StringComparison.Ordinal),
            JsonSerializer.Serialize(made, KubernetesJson.Default.Ingress));
        Assert.Equal(new Dictionary<int, string> { [8080] = $"https://{host}" }, ingress.AddressesOf(Plan));
    }

    [Fact]
    public void With_the_port_in_its_name_each_TCP_port_has_one()
    {
        var addresses = new StepIngress("{id}-{port}.lab.org").AddressesOf(Plan);
        Assert.Equal(new Dictionary<int, string> { [8080] = $"http://{Plan.Key.Step}-8080.lab.org", [5432] = $"http://{Plan.Key.Step}-5432.lab.org" }, addresses);
    }

    [Theory]
    [InlineData("under_score")]
    [InlineData("Capitals")]
    [InlineData("a-name-that-is-too-long-beside-the-id-of-an-execution")]
    public void A_name_that_DNS_does_not_take_gives_way_to_the_steps_id(string name) =>
        Assert.Equal($"http://{Plan.Key.Step}-{Plan.Execution}.lab.org", new StepIngress("{step}-{execution}.lab.org").AddressesOf(Plan with { StepName = name })[8080]);

    [Fact]
    public void A_step_without_ports_has_none() => Assert.Null(new StepIngress("{id}.lab.org").Build(Plan with { Ports = [] }, Job));

    [Fact]
    public void It_comes_from_the_policy_which_may_not_give_two_steps_one_name()
    {
        var policies = PodPolicies.Read("rules: [{image: 'a/*', ingress: {host: '{id}.lab.org', className: nginx}}]");
        Assert.Equal("nginx", policies.For(Plan with { Image = "a/b" }).Ingress!.ClassName);
        Assert.Null(policies.For(Plan with { Image = "b/b" }).Ingress);
        Assert.Contains("{id}", Assert.Throws<FormatException>(() => PodPolicies.Read("defaults: {ingress: {host: '{step}.lab.org'}}")).Message, StringComparison.Ordinal);
    }
}

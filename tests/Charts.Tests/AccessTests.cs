using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>How the API is reached, and who may.</summary>
public sealed class AccessTests
{
    [Fact]
    public async Task The_Service_may_be_of_any_type()
    {
        var chart = await Helm.RenderAsync("service.type=NodePort", "service.port=80", "service.nodePort=30080", "service.annotations.a=b");

        var service = chart.One("Service", "tr-twinrunner-api");
        Assert.Equal("NodePort", service.Text("spec", "type"));
        Assert.Equal("""[{"name":"http","port":80,"targetPort":"http","protocol":"TCP","nodePort":30080}]""", service.Json("spec", "ports"));
        Assert.Equal("b", service.Text("metadata", "annotations", "a"));
        Assert.EndsWith(".local:80", chart.Settings().Text("kubernetesApiUrl"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Ingress_leads_to_the_API()
    {
        var chart = await Helm.RenderAsync("ingress.enabled=true", "ingress.className=nginx", "ingress.hosts={a.org,b.org}", """ingress.tls=[{"hosts":["a.org"],"secretName":"tls"}]""", "ingress.annotations.x=y");

        var ingress = chart.One("Ingress", "tr-twinrunner-api");
        Assert.Equal("nginx", ingress.Text("spec", "ingressClassName"));
        Assert.Equal(["a.org", "b.org"], ingress.At("spec", "rules")!.AsArray().Select(rule => rule.Text("host")));
        Assert.Equal("tr-twinrunner-api", ingress.Text("spec", "rules", "0", "http", "paths", "0", "backend", "service", "name"));
        Assert.Equal("tls", ingress.Text("spec", "tls", "0", "secretName"));
        Assert.Equal("y", ingress.Text("metadata", "annotations", "x"));
        Assert.Contains("at least one host", await Helm.RefusalAsync(Helm.Database, "ingress.enabled=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Ingress_needs_neither_class_nor_TLS()
    {
        var ingress = (await Helm.RenderAsync("ingress.enabled=true", "ingress.hosts={a.org}")).One("Ingress", "tr-twinrunner-api");

        Assert.Null(ingress.At("spec", "ingressClassName"));
        Assert.Null(ingress.At("spec", "tls"));
        Assert.Null(ingress.At("metadata", "annotations"));
    }

    [Fact]
    public async Task An_HTTPRoute_leads_to_the_API()
    {
        var chart = await Helm.RenderAsync("httpRoute.enabled=true", """httpRoute.parentRefs=[{"name":"gw","namespace":"net"}]""", "httpRoute.hostnames={a.org}", "httpRoute.annotations.x=y");

        var route = chart.One("HTTPRoute", "tr-twinrunner-api");
        Assert.Equal("gateway.networking.k8s.io/v1", route.Text("apiVersion"));
        Assert.Equal("y", route.Text("metadata", "annotations", "x"));
        Assert.Equal("""["a.org"]""", route.Json("spec", "hostnames"));
        Assert.Equal("gw", route.Text("spec", "parentRefs", "0", "name"));
        Assert.Equal("""{"name":"tr-twinrunner-api","port":7466}""", route.Json("spec", "rules", "0", "backendRefs", "0"));
        Assert.Equal("0s", route.Text("spec", "rules", "0", "timeouts", "request"));
        Assert.Contains("at least one gateway", await Helm.RefusalAsync(Helm.Database, "httpRoute.enabled=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_reaches_the_API_may_be_limited_and_never_leaves_out_steps()
    {
        var open = await Helm.RenderAsync();
        var limited = await Helm.RenderAsync("""networkPolicy.apiFrom=[{"namespaceSelector":{"matchLabels":{"a":"b"}}}]""", "steps.namespace.name=steps");

        Assert.Null(open.One("NetworkPolicy", "tr-twinrunner-api").At("spec", "ingress", "0", "from"));
        var peers = limited.One("NetworkPolicy", "tr-twinrunner-api").At("spec", "ingress", "0", "from")!.AsArray();
        Assert.Equal(2, peers.Count);
        Assert.Equal("steps", peers[1].Text("namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"));
    }

    [Fact]
    public async Task Registry_and_runner_are_reached_for_their_metrics_only_by_whom_the_values_name()
    {
        var chart = await Helm.RenderAsync("""networkPolicy.metricsFrom=[{"podSelector":{}}]""");

        Assert.Equal("""[{"podSelector":{}}]""", chart.One("NetworkPolicy", "tr-twinrunner-runner").Json("spec", "ingress", "0", "from"));
        Assert.Equal("""[{"podSelector":{}}]""", chart.One("NetworkPolicy", "tr-twinrunner-registry").Json("spec", "ingress", "0", "from"));
    }
}

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
    public async Task An_HTTPRoute_leads_to_the_API()
    {
        var chart = await Helm.RenderAsync("httpRoute.enabled=true", """httpRoute.parentRefs=[{"name":"gw","namespace":"net"}]""", "httpRoute.hostnames={a.org}");

        var route = chart.One("HTTPRoute", "tr-twinrunner-api");
        Assert.Equal("gateway.networking.k8s.io/v1", route.Text("apiVersion"));
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

    [Fact]
    public async Task Metrics_are_fetched_with_the_token_from_every_pod()
    {
        var chart = await Helm.RenderAsync("metrics.serviceMonitor.enabled=true", "metrics.serviceMonitor.interval=10s", "metrics.serviceMonitor.labels.release=prometheus");

        var monitor = chart.One("ServiceMonitor", "tr-twinrunner");
        Assert.Equal("prometheus", monitor.Text("metadata", "labels", "release"));
        Assert.Equal("10s", monitor.Text("spec", "endpoints", "0", "interval"));
        Assert.Equal("""{"name":"tr-twinrunner","key":"token"}""", monitor.Json("spec", "endpoints", "0", "authorization", "credentials"));
        var labels = chart.One("Service", "tr-twinrunner-metrics").At("metadata", "labels");
        Assert.All(monitor.At("spec", "selector", "matchLabels")!.AsObject(), label => Assert.Equal(label.Value!.ToString(), labels.Text(label.Key)));
    }

    [Fact]
    public async Task Alerts_and_dashboard_are_made_when_asked_for()
    {
        var chart = await Helm.RenderAsync("metrics.prometheusRule.enabled=true", "metrics.prometheusRule.labels.p=q", "metrics.prometheusRule.waitSeconds=60", "metrics.dashboard.enabled=true");
        var without = await Helm.RenderAsync();

        var rule = chart.One("PrometheusRule", "tr-twinrunner");
        Assert.Equal("q", rule.Text("metadata", "labels", "p"));
        Assert.EndsWith("> 60", rule.Text("spec", "groups", "0", "rules", "1", "expr"), StringComparison.Ordinal);
        Assert.Equal("1", chart.One("ConfigMap", "tr-twinrunner-dashboard").Text("metadata", "labels", "grafana_dashboard"));
        Assert.DoesNotContain(without.Objects, item => item.Text("kind") is "PrometheusRule" or "ServiceMonitor" || item.Text("metadata", "name") == "tr-twinrunner-dashboard");
    }
}

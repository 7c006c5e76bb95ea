using System.Text.RegularExpressions;
using Twinrunner.Charts.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.Charts.Tests;

/// <summary>What Prometheus and Grafana get.</summary>
public sealed partial class MonitoringTests
{
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
        var chart = await Helm.RenderAsync("metrics.prometheusRule.enabled=true", "metrics.prometheusRule.labels.p=q", "metrics.prometheusRule.waitSeconds=60", "metrics.dashboard.enabled=true", "metrics.dashboard.labels.d=e");
        var without = await Helm.RenderAsync();

        var rule = chart.One("PrometheusRule", "tr-twinrunner");
        Assert.Equal("q", rule.Text("metadata", "labels", "p"));
        Assert.EndsWith("> 60", rule.Text("spec", "groups", "0", "rules", "1", "expr"), StringComparison.Ordinal);
        Assert.Equal("1", chart.One("ConfigMap", "tr-twinrunner-dashboard").Text("metadata", "labels", "grafana_dashboard"));
        Assert.Equal("e", chart.One("ConfigMap", "tr-twinrunner-dashboard").Text("metadata", "labels", "d"));
        Assert.DoesNotContain(without.Objects, item => item.Text("kind") is "PrometheusRule" or "ServiceMonitor" || item.Text("metadata", "name") == "tr-twinrunner-dashboard");
    }

    [Fact]
    public async Task Alerts_and_dashboard_ask_for_metrics_that_the_product_has()
    {
        var chart = await Helm.RenderAsync("metrics.prometheusRule.enabled=true", "metrics.dashboard.enabled=true");

        var asked = Asked().Matches(chart.One("PrometheusRule", "tr-twinrunner").Json("spec") + chart.One("ConfigMap", "tr-twinrunner-dashboard").Json("data")).Select(name => name.Value).ToHashSet();
        var made = Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Made().Matches(File.ReadAllText(file))).Select(name => name.Groups[1].Value.Replace('.', '_')).ToHashSet();
        Assert.True(asked.Count > 6, string.Join(' ', asked));
        Assert.Subset(made, asked.Select(name => Suffix().Replace(name, "")).ToHashSet());
    }

    [GeneratedRegex(@"\btwinrunner_\w+")]
    private static partial Regex Asked();

    [GeneratedRegex(@"""(twinrunner\.[a-z_.]+)""")]
    private static partial Regex Made();

    // What Prometheus' format adds for units and kinds.
    [GeneratedRegex("(_seconds)?(_total|_bucket|_count)?$")]
    private static partial Regex Suffix();
}

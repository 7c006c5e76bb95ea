using System.Text.Json.Nodes;
using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>The three Deployments.</summary>
public sealed class RoleTests
{
    public static TheoryData<string> Roles => ["api", "registry", "runner"];

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_role_has_a_deployment_of_its_own(string role)
    {
        var chart = await Helm.RenderAsync();

        var container = chart.Container(role);
        Assert.Equal("ghcr.io/twinrunner/twinrunner:0.1.0", container.Text("image"));
        Assert.Contains(container.At("env")!.AsArray(), entry => entry!.Text("name") == "TWIN_ROLES" && entry.Text("value") == role);
        Assert.Equal("/healthz", container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/readyz", container.Text("readinessProbe", "httpGet", "path"));
        Assert.Equal(chart.One("Deployment", $"tr-twinrunner-{role}").Json("spec", "selector", "matchLabels"), Selected(chart.Pod(role)));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Pods_hold_to_the_restricted_standard(string role)
    {
        var chart = await Helm.RenderAsync();

        var pod = chart.Pod(role).At("spec");
        Assert.Equal("""{"runAsNonRoot":true,"runAsUser":10001,"runAsGroup":10001,"fsGroup":10001,"seccompProfile":{"type":"RuntimeDefault"}}""", pod.Json("securityContext"));
        Assert.Equal("""{"allowPrivilegeEscalation":false,"readOnlyRootFilesystem":true,"capabilities":{"drop":["ALL"]}}""", chart.Container(role).Json("securityContext"));
        Assert.DoesNotContain(pod.At("volumes")!.AsArray(), volume => volume!.At("hostPath") is not null);
    }

    [Fact]
    public async Task Only_the_runner_gets_a_token_of_the_cluster()
    {
        var chart = await Helm.RenderAsync();

        Assert.Equal("true", chart.Pod("runner").Text("spec", "automountServiceAccountToken"));
        Assert.Equal("false", chart.Pod("api").Text("spec", "automountServiceAccountToken"));
        Assert.Equal("false", chart.Pod("registry").Text("spec", "automountServiceAccountToken"));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Where_and_how_pods_run_is_up_to_the_values(string role)
    {
        var chart = await Helm.RenderAsync(
            $"{role}.replicas=3", $"{role}.nodeSelector.disk=ssd", $"{role}.priorityClassName=high", $"{role}.podLabels.team=a", $"{role}.podAnnotations.note=b", $"{role}.dataSize=3Gi",
            $$"""{{role}}.tolerations=[{"key":"lab","operator":"Exists"}]""", role + """.affinity={"nodeAffinity":{}}""", $$"""{{role}}.extraEnv=[{"name":"HTTPS_PROXY","value":"http://p"}]""",
            role + """.extraVolumes=[{"name":"more","emptyDir":{}}]""", $$"""{{role}}.extraVolumeMounts=[{"name":"more","mountPath":"/more"}]""", $"{role}.resources.limits.memory=2Gi");

        var pod = chart.Pod(role);
        Assert.Equal("3", chart.One("Deployment", $"tr-twinrunner-{role}").Text("spec", "replicas"));
        Assert.Equal("""{"disk":"ssd"}""", pod.Json("spec", "nodeSelector"));
        Assert.Equal("high", pod.Text("spec", "priorityClassName"));
        Assert.Equal("a", pod.Text("metadata", "labels", "team"));
        Assert.Equal("b", pod.Text("metadata", "annotations", "note"));
        Assert.Equal("lab", pod.Text("spec", "tolerations", "0", "key"));
        Assert.Equal("""{"nodeAffinity":{}}""", pod.Json("spec", "affinity"));
        Assert.Equal("2Gi", chart.Container(role).Text("resources", "limits", "memory"));
        Assert.Equal("3Gi", Named(pod.At("spec", "volumes"), "data").Text("emptyDir", "sizeLimit"));
        Assert.Equal("{}", Named(pod.At("spec", "volumes"), "more").Json("emptyDir"));
        Assert.Equal("/more", Named(chart.Container(role).At("volumeMounts"), "more").Text("mountPath"));
        Assert.Equal("http://p", Named(chart.Container(role).At("env"), "HTTPS_PROXY").Text("value"));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Copies_are_spread_over_nodes_and_zones_unless_told_otherwise(string role)
    {
        var spread = await Helm.RenderAsync();
        var plain = await Helm.RenderAsync($"{role}.topologySpreadConstraints=[]");

        var constraints = spread.Pod(role).At("spec", "topologySpreadConstraints")!.AsArray();
        Assert.Equal(["kubernetes.io/hostname", "topology.kubernetes.io/zone"], constraints.Select(constraint => constraint.Text("topologyKey")));
        Assert.All(constraints, constraint => Assert.Equal(role, constraint.Text("labelSelector", "matchLabels", "app.kubernetes.io/component")));
        Assert.Null(plain.Pod(role).At("spec", "topologySpreadConstraints"));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Service_accounts_are_made_named_or_left_out(string role)
    {
        var made = await Helm.RenderAsync($"{role}.serviceAccount.annotations.role=cloud");
        var named = await Helm.RenderAsync($"{role}.serviceAccount.create=false", $"{role}.serviceAccount.name=mine");

        Assert.Equal("cloud", made.One("ServiceAccount", $"tr-twinrunner-{role}").Text("metadata", "annotations", "role"));
        Assert.Equal($"tr-twinrunner-{role}", made.Pod(role).Text("spec", "serviceAccountName"));
        Assert.False(named.Has("ServiceAccount", "mine"));
        Assert.Equal("mine", named.Pod(role).Text("spec", "serviceAccountName"));
        Assert.Equal("default", (await Helm.RenderAsync($"{role}.serviceAccount.create=false")).Pod(role).Text("spec", "serviceAccountName"));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task A_disruption_budget_is_made_in_the_version_that_the_cluster_has(string role)
    {
        var newest = await Helm.RenderAsync($"{role}.podDisruptionBudget.enabled=true", $"{role}.podDisruptionBudget.maxUnavailable=2");
        var oldest = await Helm.RenderForAsync(Helm.Oldest, $"{role}.podDisruptionBudget.enabled=true");
        var without = await Helm.RenderAsync($"{role}.podDisruptionBudget.enabled=false");

        Assert.Equal("policy/v1", newest.One("PodDisruptionBudget", $"tr-twinrunner-{role}").Text("apiVersion"));
        Assert.Equal("2", newest.One("PodDisruptionBudget", $"tr-twinrunner-{role}").Text("spec", "maxUnavailable"));
        Assert.Equal("policy/v1beta1", oldest.One("PodDisruptionBudget", $"tr-twinrunner-{role}").Text("apiVersion"));
        Assert.False(without.Has("PodDisruptionBudget", $"tr-twinrunner-{role}"));
    }

    [Fact]
    public async Task The_autoscaler_of_runners_looks_at_the_queue()
    {
        var chart = await Helm.RenderAsync(
            "runner.autoscaling.enabled=true", "runner.autoscaling.minReplicas=3", "runner.autoscaling.maxReplicas=7", "runner.autoscaling.queuedStepsPerRunner=20",
            "runner.autoscaling.scaleDownSeconds=60");
        var oldest = await Helm.RenderForAsync(Helm.Oldest, "runner.autoscaling.enabled=true");
        var without = await Helm.RenderAsync();

        var scaler = chart.One("HorizontalPodAutoscaler", "tr-twinrunner-runner");
        Assert.Equal("autoscaling/v2", scaler.Text("apiVersion"));
        Assert.Equal(("3", "7"), (scaler.Text("spec", "minReplicas"), scaler.Text("spec", "maxReplicas")));
        Assert.Equal("60", scaler.Text("spec", "behavior", "scaleDown", "stabilizationWindowSeconds"));
        Assert.Equal("""{"name":"twinrunner_queue_steps","selector":{"matchLabels":{"namespace":"science"}}}""", scaler.Json("spec", "metrics", "0", "external", "metric"));
        Assert.Equal("20", scaler.Text("spec", "metrics", "0", "external", "target", "averageValue"));
        Assert.Null(chart.One("Deployment", "tr-twinrunner-runner").At("spec", "replicas"));
        Assert.Equal("autoscaling/v2beta2", oldest.One("HorizontalPodAutoscaler", "tr-twinrunner-runner").Text("apiVersion"));
        Assert.Empty(without.OfKind("HorizontalPodAutoscaler"));
    }

    [Fact]
    public async Task Pods_are_replaced_when_what_they_read_at_start_changes()
    {
        var before = await Helm.RenderAsync();
        var again = await Helm.RenderAsync();
        var setting = await Helm.RenderAsync("settings.logLevel=debug");
        var login = await Helm.RenderAsync("auth.token=0123456789abcdef");

        static string Sums(Rendered chart) => chart.Pod("api").Json("metadata", "annotations");
        Assert.Equal(Sums(before), Sums(again));
        Assert.NotEqual(Sums(before), Sums(setting));
        Assert.NotEqual(Sums(before), Sums(login));
    }

    private static JsonNode Named(JsonNode? list, string name) => Assert.Single(list!.AsArray(), item => item!.Text("name") == name)!;

    private static string Selected(JsonNode pod) => new JsonObject(
        new[] { "app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component" }
            .Select(label => KeyValuePair.Create(label, pod.At("metadata", "labels", label)?.DeepClone()))).ToJsonString();
}

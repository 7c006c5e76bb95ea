using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>The other side of the switches: what isn't there, or is as Kubernetes has it, unless the values ask for more.</summary>
public sealed class DefaultsTests
{
    [Fact]
    public async Task Nothing_is_made_that_was_not_asked_for()
    {
        var chart = await Helm.RenderAsync();

        string[] kinds = ["Ingress", "HTTPRoute", "HorizontalPodAutoscaler", "ServiceMonitor", "PrometheusRule", "StatefulSet", "Namespace"];
        Assert.DoesNotContain(chart.Objects, item => kinds.Contains(item.Text("kind")));
        Assert.Equal(["tr-twinrunner-api", "tr-twinrunner-runner"], chart.OfKind("PodDisruptionBudget").Select(budget => budget.Text("metadata", "name")).Order());
        Assert.Equal("""["tr-twinrunner"]""", $"[{string.Join(",", chart.OfKind("Secret").Select(secret => $"\"{secret.Text("metadata", "name")}\""))}]");
    }

    [Theory]
    [MemberData(nameof(RoleTests.Roles), MemberType = typeof(RoleTests))]
    public async Task Pods_run_anywhere_and_carry_nothing_more(string role)
    {
        var chart = await Helm.RenderAsync();

        var pod = chart.Pod(role).At("spec");
        Assert.All(["nodeSelector", "tolerations", "affinity", "priorityClassName", "imagePullSecrets"], (string name) => Assert.Null(pod.At(name)));
        Assert.Equal(["config", "data", "tmp"], pod.At("volumes")!.AsArray().Select(volume => volume.Text("name")).Order());
        Assert.Equal("IfNotPresent", chart.Container(role).Text("imagePullPolicy"));
        Assert.Null(chart.SecretOf(role, "TWIN_GITHUB_WEBHOOK_SECRET"));
        Assert.Null(chart.SecretOf(role, "TWIN_DATABASE_USER"));
    }

    [Fact]
    public async Task The_server_is_told_nothing_more()
    {
        var settings = (await Helm.RenderAsync()).Settings();

        Assert.All(
            ["s3Region", "s3PathStyle", "s3CaFile", "s3Endpoint", "kubernetesPolicy", "kubernetesSharedClaim", "kubernetesSharedPath", "logLevel"],
            (string name) => Assert.Null(settings.At(name)));
        Assert.Equal("false", settings.Text("s3CreateBucket"));
    }

    [Fact]
    public async Task The_API_is_reached_from_inside_of_the_cluster()
    {
        var chart = await Helm.RenderAsync();

        var service = chart.One("Service", "tr-twinrunner-api");
        Assert.Equal("ClusterIP", service.Text("spec", "type"));
        Assert.Equal("""[{"name":"http","port":7466,"targetPort":"http","protocol":"TCP"}]""", service.Json("spec", "ports"));
        Assert.Null(service.At("metadata", "annotations"));
    }
}

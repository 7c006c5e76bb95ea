using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

public sealed class NamesAndImagesTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task The_image_may_come_from_anywhere()
    {
        var chart = await Helm.RenderAsync("image.registry=r.example.org", "image.repository=lab/twin", "image.tag=1.2.3");

        Assert.Equal("r.example.org/lab/twin:1.2.3", chart.Container("api").Text("image"));
        Assert.Equal("r.example.org/lab/twin:1.2.3", chart.Settings().Text("kubernetesHelperImage"));
    }

    [Fact]
    public async Task A_digest_wins_over_the_tag()
    {
        var chart = await Helm.RenderAsync("image.tag=1.2.3", $"image.digest={Digest}");

        Assert.Equal($"ghcr.io/twinrunner/twinrunner@{Digest}", chart.Container("api").Text("image"));
        Assert.Equal($"ghcr.io/twinrunner/twinrunner@{Digest}", chart.Settings().Text("kubernetesHelperImage"));
    }

    [Fact]
    public async Task One_image_registry_takes_the_place_of_all()
    {
        var chart = await Helm.RenderAsync("global.imageRegistry=mirror.example.org:5000", "mongodb.enabled=true", "minio.enabled=true", "image.pullPolicy=Always");

        var images = chart.Yaml.Split('\n').Where(line => line.Contains(" image: ", StringComparison.Ordinal)).Select(line => line.Trim()).ToList();
        Assert.Equal(7, images.Count); // three roles, two servers, the test's pod and its step
        Assert.All(images, image => Assert.StartsWith("image: mirror.example.org:5000/", image, StringComparison.Ordinal));
        Assert.Equal("Always", chart.Container("runner").Text("imagePullPolicy"));
    }

    [Fact]
    public async Task Every_pod_pulls_with_the_given_logins()
    {
        var chart = await Helm.RenderAsync("global.imagePullSecrets={a,b}", "mongodb.enabled=true", "minio.enabled=true");

        var pods = chart.OfKind("Deployment").Concat(chart.OfKind("StatefulSet")).Select(item => item.At("spec", "template", "spec"))
            .Concat(chart.OfKind("Pod").Select(pod => pod.At("spec"))).ToList();
        Assert.Equal(6, pods.Count);
        Assert.All(pods, pod => Assert.Equal("""[{"name":"a"},{"name":"b"}]""", pod.Json("imagePullSecrets")));
    }

    [Fact]
    public async Task Names_may_be_given()
    {
        Assert.True((await Helm.RenderAsync("nameOverride=runs")).Has("Deployment", "tr-runs-api"));
        Assert.True((await Helm.RenderAsync("fullnameOverride=all")).Has("Deployment", "all-api"));
    }

    [Fact]
    public async Task Names_stay_within_what_Kubernetes_takes()
    {
        var chart = await Helm.RenderAsync($"fullnameOverride={new string('a', 80)}", "mongodb.enabled=true", "minio.enabled=true", "metrics.dashboard.enabled=true");

        Assert.All(chart.Objects, item => Assert.True(item.Text("metadata", "name")!.Length <= 63));
    }

    [Fact]
    public async Task Labels_and_annotations_go_to_every_object()
    {
        var chart = await Helm.RenderAsync("commonLabels.site=lab", "commonAnnotations.owner=me", "ingress.enabled=true", "ingress.hosts={a.org}", "mongodb.enabled=true", "minio.enabled=true");

        Assert.All(chart.Objects, item => Assert.Equal("lab", item.Text("metadata", "labels", "site")));
        Assert.All(chart.Objects, item => Assert.Equal("me", item.Text("metadata", "annotations", "owner")));
    }

    [Fact]
    public async Task Every_object_says_its_namespace()
    {
        var chart = await Helm.RenderAsync("steps.namespace.name=steps");

        Assert.All(chart.Objects, item => Assert.Contains(item.Text("metadata", "namespace"), new[] { "science", "steps" }));
    }
}

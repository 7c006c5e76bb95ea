using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>The servers for trying out.</summary>
public sealed class BundledTests
{
    [Fact]
    public async Task A_bundled_MongoDB_takes_the_place_of_an_external_one()
    {
        var chart = await Helm.RenderAsync("mongodb.enabled=true", "mongodb.size=1Gi", "mongodb.storageClass=fast", "mongodb.image.tag=7.0");

        Assert.Equal(
            "mongodb://tr-twinrunner-mongodb.science.svc.cluster.local:27017/twinrunner?authSource=admin&replicaSet=rs0", chart.Settings().Text("database"));
        Assert.Equal("tr-twinrunner-mongodb/password", chart.SecretOf("runner", "TWIN_DATABASE_PASSWORD"));
        var server = chart.One("StatefulSet", "tr-twinrunner-mongodb");
        Assert.Equal("docker.io/library/mongo:7.0", server.Text("spec", "template", "spec", "containers", "0", "image"));
        Assert.Equal("fast", server.Text("spec", "volumeClaimTemplates", "0", "spec", "storageClassName"));
        Assert.Equal("1Gi", server.Text("spec", "volumeClaimTemplates", "0", "spec", "resources", "requests", "storage"));
        Assert.Equal("true", server.Text("spec", "template", "spec", "containers", "0", "securityContext", "readOnlyRootFilesystem"));
    }

    [Fact]
    public async Task A_bundled_S3_server_takes_the_place_of_an_external_one()
    {
        var chart = await Helm.RenderAsync("minio.enabled=true", "minio.size=2Gi", "objects.endpoint=https://elsewhere.example.org", "objects.accessKey=not-this");

        Assert.Equal("http://tr-twinrunner-minio.science.svc.cluster.local:9000", chart.Settings().Text("s3Endpoint"));
        Assert.Equal("true", chart.Settings().Text("s3CreateBucket"));
        Assert.Equal("tr-twinrunner-minio/secret-key", chart.SecretOf("api", "TWIN_S3_SECRET_KEY"));
        Assert.False(chart.Has("Secret", "tr-twinrunner-objects"));
        Assert.Equal("2Gi", chart.One("StatefulSet", "tr-twinrunner-minio").Text("spec", "volumeClaimTemplates", "0", "spec", "resources", "requests", "storage"));
        Assert.Equal("minio", chart.One("NetworkPolicy", "tr-twinrunner-steps").Text("spec", "egress", "2", "to", "0", "podSelector", "matchLabels", "app.kubernetes.io/component"));
    }

    [Theory]
    [InlineData("mongodb")]
    [InlineData("minio")]
    public async Task Image_disk_and_resources_of_a_bundled_server_are_up_to_the_values(string server)
    {
        var digest = $"sha256:{new string('a', 64)}";
        var chart = await Helm.RenderAsync(
            $"{server}.enabled=true", $"{server}.image.registry=r.example.org", $"{server}.image.repository=lab/server", $"{server}.image.tag=1.0", $"{server}.image.digest={digest}",
            $"{server}.image.pullPolicy=Always", $"{server}.size=3Gi", $"{server}.storageClass=fast", $"{server}.resources.limits.memory=2Gi");
        var plain = await Helm.RenderAsync($"{server}.enabled=true");

        var set = chart.One("StatefulSet", $"tr-twinrunner-{server}");
        var container = set.At("spec", "template", "spec", "containers", "0");
        Assert.Equal(($"r.example.org/lab/server@{digest}", "Always", "2Gi"), (container.Text("image"), container.Text("imagePullPolicy"), container.Text("resources", "limits", "memory")));
        var claim = set.At("spec", "volumeClaimTemplates", "0", "spec");
        Assert.Equal(("fast", "3Gi"), (claim.Text("storageClassName"), claim.Text("resources", "requests", "storage")));
        Assert.Null(plain.One("StatefulSet", $"tr-twinrunner-{server}").At("spec", "volumeClaimTemplates", "0", "spec", "storageClassName"));
    }

    [Fact]
    public async Task Bundled_servers_are_reached_only_by_the_product_and_its_steps()
    {
        var chart = await Helm.RenderAsync("mongodb.enabled=true", "minio.enabled=true");

        Assert.Single(chart.One("NetworkPolicy", "tr-twinrunner-mongodb").At("spec", "ingress", "0", "from")!.AsArray());
        Assert.Equal(2, chart.One("NetworkPolicy", "tr-twinrunner-minio").At("spec", "ingress", "0", "from")!.AsArray().Count);
    }

    [Fact]
    public async Task Nothing_is_bundled_unless_asked_for()
    {
        var chart = await Helm.RenderAsync();

        Assert.Empty(chart.OfKind("StatefulSet"));
    }

    [Fact]
    public async Task The_test_runs_a_step_of_the_products_own_image()
    {
        var chart = await Helm.RenderAsync("image.registry=r.example.org", "tests.timeoutSeconds=60", "service.port=80");

        var test = chart.One("Pod", "tr-twinrunner-test");
        Assert.Equal("test", test.Text("metadata", "annotations", "helm.sh/hook"));
        Assert.Equal("60", test.Text("spec", "activeDeadlineSeconds"));
        Assert.Contains("\"http://tr-twinrunner-api.science.svc.cluster.local:80\"", test.Json("spec", "containers", "0", "env"), StringComparison.Ordinal);
        Assert.Contains("image: r.example.org/twinrunner/twinrunner:0.1.0", chart.One("ConfigMap", "tr-twinrunner-test").Text("data", "workflow.yaml"), StringComparison.Ordinal);
        Assert.Contains("${{ parameters.word }}", chart.One("ConfigMap", "tr-twinrunner-test").Text("data", "workflow.yaml"), StringComparison.Ordinal);
    }
}

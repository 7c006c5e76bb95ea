using System.Text.Json.Nodes;
using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>Where steps run, what the runner may do there, and whom steps may reach.</summary>
public sealed class StepsTests
{
    [Fact]
    public async Task The_runner_has_a_role_in_the_step_namespace_and_nowhere_else()
    {
        var chart = await Helm.RenderAsync("steps.namespace.name=steps");

        Assert.DoesNotContain(chart.Objects, item => item.Text("kind")!.StartsWith("Cluster", StringComparison.Ordinal));
        var role = Assert.Single(chart.OfKind("Role"));
        var binding = Assert.Single(chart.OfKind("RoleBinding"));
        Assert.Equal("steps", role.Text("metadata", "namespace"));
        Assert.Equal("steps", binding.Text("metadata", "namespace"));
        Assert.Equal("""[{"kind":"ServiceAccount","name":"tr-twinrunner-runner","namespace":"science"}]""", binding.Json("subjects"));
        Assert.DoesNotContain("\"*\"", role.Json("rules"), StringComparison.Ordinal);
        Assert.DoesNotContain("exec", role.Json("rules"), StringComparison.Ordinal);
        var secrets = Assert.Single(role.At("rules")!.AsArray(), rule => rule.Json("resources").Contains("secrets", StringComparison.Ordinal));
        Assert.Equal("""["create","delete"]""", secrets.Json("verbs"));
        Assert.Equal("steps", chart.Settings().Text("kubernetesNamespace"));
    }

    [Fact]
    public async Task Rights_may_be_given_by_somebody_else()
    {
        var chart = await Helm.RenderAsync("steps.rbac=false");

        Assert.Empty(chart.OfKind("Role"));
        Assert.Empty(chart.OfKind("RoleBinding"));
    }

    [Fact]
    public async Task A_step_namespace_that_is_made_enforces_the_restricted_standard()
    {
        var chart = await Helm.RenderAsync("steps.namespace.name=steps", "steps.namespace.create=true", "steps.namespace.labels.team=a");

        var labels = Assert.Single(chart.OfKind("Namespace")).At("metadata", "labels");
        Assert.Equal("restricted", labels.Text("pod-security.kubernetes.io/enforce"));
        Assert.Equal("a", labels.Text("team"));
        Assert.Contains("other than the release's", await Helm.RefusalAsync(Helm.Database, "steps.namespace.create=true"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_becomes_a_file()
    {
        var chart = await Helm.RenderAsync("""steps.policy={"rules":[{"component":"zone-loader","runAsRoot":true}]}""");

        Assert.Equal("/etc/twinrunner/config/policy.json", chart.Settings().Text("kubernetesPolicy"));
        Assert.Contains("zone-loader", chart.One("ConfigMap", "tr-twinrunner").Text("data", "policy.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logins_of_image_registries_are_those_of_steps_too()
    {
        var chart = await Helm.RenderAsync("global.imagePullSecrets={a}", """steps.policy={"defaults":{"priorityClass":"low"}}""");

        var policy = JsonNode.Parse(chart.One("ConfigMap", "tr-twinrunner").Text("data", "policy.json")!);
        Assert.Equal("""{"imagePullSecrets":["a"],"priorityClass":"low"}""", policy.Json("defaults"));
    }

    [Fact]
    public async Task Steps_that_serve_get_an_Ingress_when_that_is_turned_on()
    {
        const string From = """steps.ingress.from=[{"namespaceSelector":{"matchLabels":{"name":"ingress"}}}]""";
        string[] values = ["steps.ingress.enabled=true", "steps.ingress.host=\\{step\\}-\\{execution\\}.lab.org", "steps.ingress.className=nginx", "steps.ingress.annotations.a=b", "steps.ingress.tlsSecret=tls"];
        var chart = await Helm.RenderAsync([.. values, From]);

        var policy = JsonNode.Parse(chart.One("ConfigMap", "tr-twinrunner").Text("data", "policy.json")!);
        Assert.Equal(
            """{"annotations":{"a":"b"},"className":"nginx","host":"{step}-{execution}.lab.org","tlsSecret":"tls"}""", policy.Json("defaults", "ingress"));
        Assert.Contains(Assert.Single(chart.OfKind("Role")).At("rules")!.AsArray(), rule => rule.Json("resources") == """["ingresses"]""" && rule.Json("verbs") == """["create"]""");
        Assert.Equal("ingress", chart.One("NetworkPolicy", "tr-twinrunner-steps").Text("spec", "ingress", "0", "from", "1", "namespaceSelector", "matchLabels", "name"));
        Assert.Contains("steps.ingress.from is needed", await Helm.RefusalAsync([Helm.Database, .. values]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_Ingress_may_be_left_to_rules_for_some_components()
    {
        var chart = await Helm.RenderAsync(
            "steps.ingress.enabled=true", """steps.ingress.from=[{"podSelector":{}}]""", """steps.policy={"rules":[{"component":"atlas","ingress":{"host":"{id}.lab.org"}}]}""");

        Assert.Null(JsonNode.Parse(chart.One("ConfigMap", "tr-twinrunner").Text("data", "policy.json")!).At("defaults"));
        Assert.Contains("ingresses", Assert.Single(chart.OfKind("Role")).Json("rules"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Steps_get_no_Ingress_by_default_and_nobody_the_right_to_make_one()
    {
        var chart = await Helm.RenderAsync();

        Assert.Null(chart.Settings().At("kubernetesPolicy"));
        Assert.DoesNotContain("ingresses", Assert.Single(chart.OfKind("Role")).Json("rules"), StringComparison.Ordinal);
        Assert.Single(chart.One("NetworkPolicy", "tr-twinrunner-steps").At("spec", "ingress", "0", "from")!.AsArray());
    }

    [Fact]
    public async Task A_shared_volume_is_mounted_in_the_runner()
    {
        var chart = await Helm.RenderAsync("steps.sharedVolume.claim=files", "steps.sharedVolume.path=/files");

        Assert.Equal("files", chart.Settings().Text("kubernetesSharedClaim"));
        Assert.Equal("/files", chart.Settings().Text("kubernetesSharedPath"));
        Assert.Contains("""{"name":"shared","persistentVolumeClaim":{"claimName":"files"}}""", chart.Pod("runner").Json("spec", "volumes"), StringComparison.Ordinal);
        Assert.DoesNotContain("shared", chart.Pod("api").Json("spec", "volumes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_API_may_be_reached_by_another_address()
    {
        var chart = await Helm.RenderAsync("steps.apiUrl=https://twin.example.org");

        Assert.Equal("https://twin.example.org", chart.Settings().Text("kubernetesApiUrl"));
    }

    [Fact]
    public async Task Steps_reach_only_names_the_API_and_the_object_store()
    {
        var chart = await Helm.RenderAsync("steps.namespace.name=steps", "objects.endpoint=https://s3.example.org:9443", "steps.networkPolicy.objectStoreRanges={10.1.0.0/16}");

        var policy = chart.One("NetworkPolicy", "tr-twinrunner-steps");
        Assert.Equal("steps", policy.Text("metadata", "namespace"));
        Assert.Equal("""["Ingress","Egress"]""", policy.Json("spec", "policyTypes"));
        Assert.Equal("""{"matchExpressions":[{"key":"twinrunner.step","operator":"Exists"}]}""", policy.Json("spec", "podSelector"));
        Assert.Equal("science", policy.Text("spec", "ingress", "0", "from", "0", "namespaceSelector", "matchLabels", "kubernetes.io/metadata.name"));
        var egress = policy.At("spec", "egress")!.AsArray();
        Assert.Equal(3, egress.Count);
        Assert.Equal("53", egress[0].Text("ports", "0", "port"));
        Assert.Equal("api", egress[1].Text("to", "0", "podSelector", "matchLabels", "app.kubernetes.io/component"));
        Assert.Equal("""{"to":[{"ipBlock":{"cidr":"10.1.0.0/16"}}],"ports":[{"port":9443,"protocol":"TCP"}]}""", egress[2].Json());
    }

    [Fact]
    public async Task An_object_store_of_no_range_is_not_reached()
    {
        var chart = await Helm.RenderAsync("steps.networkPolicy.objectStoreRanges=[]");

        Assert.Equal(2, chart.One("NetworkPolicy", "tr-twinrunner-steps").At("spec", "egress")!.AsArray().Count);
    }

    [Theory]
    [InlineData("", "443")]
    [InlineData("http://s3.local", "80")]
    [InlineData("http://s3.local:9000", "9000")]
    public async Task The_object_store_is_reached_at_its_port(string endpoint, string port)
    {
        var chart = await Helm.RenderAsync($"objects.endpoint={endpoint}");

        var store = chart.One("NetworkPolicy", "tr-twinrunner-steps").At("spec", "egress", "2");
        Assert.Equal(port, store.Text("ports", "0", "port"));
        Assert.Equal("169.254.0.0/16", store.Text("to", "0", "ipBlock", "except", "0"));
    }

    [Fact]
    public async Task The_internet_is_opened_without_private_networks()
    {
        var chart = await Helm.RenderAsync("steps.networkPolicy.internet=true", """steps.networkPolicy.egress=[{"ports":[{"port":5432}]}]""");

        var policy = chart.One("NetworkPolicy", "tr-twinrunner-steps");
        Assert.Contains("10.0.0.0/8", policy.Json("spec", "egress", "3", "to", "0", "ipBlock", "except"), StringComparison.Ordinal);
        Assert.Contains("169.254.0.0/16", policy.Json("spec", "egress", "3", "to", "0", "ipBlock", "except"), StringComparison.Ordinal);
        Assert.Equal("5432", policy.Text("spec", "egress", "4", "ports", "0", "port"));
    }

    [Fact]
    public async Task Network_policies_may_be_left_out()
    {
        var chart = await Helm.RenderAsync("steps.networkPolicy.enabled=false", "networkPolicy.enabled=false");

        Assert.Empty(chart.OfKind("NetworkPolicy"));
    }
}

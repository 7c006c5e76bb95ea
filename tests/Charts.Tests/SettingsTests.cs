using System.Text;
using Twinrunner.Charts.Tests.Support;

namespace Twinrunner.Charts.Tests;

/// <summary>What becomes of settings and logins: twinrunner.json in a ConfigMap, the rest from Secrets.</summary>
public sealed class SettingsTests
{
    [Fact]
    public async Task The_chart_says_where_everything_is()
    {
        var settings = (await Helm.RenderAsync("objects.endpoint=https://s3.example.org", "objects.pathStyle=true", "objects.region=eu", "runner.slots=9")).Settings();

        Assert.Equal("mongodb://db.example.org/twinrunner", settings.Text("database"));
        Assert.Equal("s3://twinrunner", settings.Text("objects"));
        Assert.Equal("https://s3.example.org", settings.Text("s3Endpoint"));
        Assert.Equal("eu", settings.Text("s3Region"));
        Assert.Equal("true", settings.Text("s3PathStyle"));
        Assert.Equal("9", settings.Text("slots"));
        Assert.Equal("kubernetes", settings.Text("executor"));
        Assert.Equal("science", settings.Text("kubernetesNamespace"));
        Assert.Equal("tr.science", settings.Text("kubernetesInstallation"));
        Assert.Equal("cluster.local", settings.Text("kubernetesDomain"));
        Assert.Equal("http://tr-twinrunner-api.science.svc.cluster.local:7466", settings.Text("kubernetesApiUrl"));
    }

    [Fact]
    public async Task A_bucket_may_be_anywhere_and_be_made()
    {
        var settings = (await Helm.RenderAsync("objects.url=s3://lab/twins", "objects.pathStyle=false", "objects.createBucket=true")).Settings();

        Assert.Equal("s3://lab/twins", settings.Text("objects"));
        Assert.Equal("false", settings.Text("s3PathStyle"));
        Assert.Equal("true", settings.Text("s3CreateBucket"));
    }

    [Fact]
    public async Task The_clusters_domain_is_in_every_name()
    {
        var settings = (await Helm.RenderAsync("clusterDomain=lab.local", "minio.enabled=true")).Settings();

        Assert.Equal("lab.local", settings.Text("kubernetesDomain"));
        Assert.Equal("http://tr-twinrunner-api.science.svc.lab.local:7466", settings.Text("kubernetesApiUrl"));
        Assert.Equal("http://tr-twinrunner-minio.science.svc.lab.local:9000", settings.Text("s3Endpoint"));
    }

    [Fact]
    public async Task Further_settings_are_passed_on_and_win()
    {
        var settings = (await Helm.RenderAsync("settings.logLevel=debug", "settings.localSources=true", "settings.githubHosts={git.example.org}")).Settings();

        Assert.Equal("debug", settings.Text("logLevel"));
        Assert.Equal("true", settings.Text("localSources"));
        Assert.Equal("git.example.org", settings.Text("githubHosts", "0"));
    }

    [Fact]
    public async Task Nothing_secret_is_in_a_ConfigMap()
    {
        var chart = await Helm.RenderAsync(
            "auth.token=secret-token-1234", "auth.secretsKey=secret-key", "database.user=me", "database.password=secret-db", "objects.accessKey=key", "objects.secretKey=secret-s3");

        Assert.All(chart.OfKind("ConfigMap"), map => Assert.DoesNotContain("secret-", map.Json("data"), StringComparison.Ordinal));
        Assert.All(chart.OfKind("Deployment"), deployment => Assert.DoesNotContain("secret-db", deployment.Json(), StringComparison.Ordinal));
        Assert.Equal("secret-token-1234", Decoded(chart, "tr-twinrunner", "token"));
        Assert.Equal("secret-db", chart.One("Secret", "tr-twinrunner-database").Text("stringData", "password"));
        Assert.Equal("tr-twinrunner/token", chart.SecretOf("api", "TWIN_API_TOKEN"));
        Assert.Equal("tr-twinrunner/secrets-key", chart.SecretOf("runner", "TWIN_SECRETS_KEY"));
        Assert.Equal("tr-twinrunner-database/password", chart.SecretOf("registry", "TWIN_DATABASE_PASSWORD"));
        Assert.Equal("tr-twinrunner-objects/secret-key", chart.SecretOf("runner", "TWIN_S3_SECRET_KEY"));
    }

    [Fact]
    public async Task There_are_no_default_passwords()
    {
        var (first, second) = (await Helm.RenderAsync("mongodb.enabled=true", "minio.enabled=true"), await Helm.RenderAsync("mongodb.enabled=true", "minio.enabled=true"));

        foreach (var (secret, key) in new[] { ("tr-twinrunner", "token"), ("tr-twinrunner", "secrets-key"), ("tr-twinrunner-mongodb", "password"), ("tr-twinrunner-minio", "secret-key") })
        {
            Assert.NotEqual(Decoded(first, secret, key), Decoded(second, secret, key));
            Assert.True(Decoded(first, secret, key).Length >= 32);
        }
        Assert.Equal(32, Convert.FromBase64String(Decoded(first, "tr-twinrunner", "secrets-key")).Length);
    }

    [Fact]
    public async Task Secrets_that_are_there_take_the_place_of_values()
    {
        var chart = await Helm.RenderAsync(
            "auth.existingSecret=mine", "auth.githubWebhookSecret=hook", "database.existingSecret=db", "database.userKey=name", "database.passwordKey=word",
            "objects.existingSecret=s3", "objects.accessKeyKey=id", "objects.secretKeyKey=key");

        Assert.Empty(chart.OfKind("Secret"));
        Assert.Equal("mine/token", chart.SecretOf("api", "TWIN_API_TOKEN"));
        Assert.Equal("hook/secret", chart.SecretOf("api", "TWIN_GITHUB_WEBHOOK_SECRET"));
        Assert.Equal("db/name", chart.SecretOf("api", "TWIN_DATABASE_USER"));
        Assert.Equal("db/word", chart.SecretOf("api", "TWIN_DATABASE_PASSWORD"));
        Assert.Equal("s3/id", chart.SecretOf("api", "TWIN_S3_ACCESS_KEY"));
        Assert.Equal("s3/key", chart.SecretOf("api", "TWIN_S3_SECRET_KEY"));
    }

    [Fact]
    public async Task The_whole_address_of_the_database_may_come_from_a_Secret()
    {
        var chart = await Helm.RenderAsync("database.existingSecret=db", "database.urlKey=connectionString.standardSrv");

        Assert.Equal("db/connectionString.standardSrv", chart.SecretOf("api", "TWIN_DATABASE"));
        Assert.Null(chart.SecretOf("api", "TWIN_DATABASE_USER"));
        Assert.Null(chart.Settings().At("database"));
    }

    [Fact]
    public async Task Without_keys_the_pods_own_identity_is_used()
    {
        var chart = await Helm.RenderAsync();

        Assert.Null(chart.SecretOf("runner", "TWIN_S3_ACCESS_KEY"));
        Assert.Null(chart.Settings().At("s3Endpoint"));
    }

    [Fact]
    public async Task Authorities_of_ones_own_are_mounted()
    {
        var chart = await Helm.RenderAsync("database.caConfigMap=db-ca", "objects.caConfigMap=s3-ca");

        Assert.Equal("/etc/twinrunner/objects-ca/ca.crt", chart.Settings().Text("s3CaFile"));
        Assert.Contains("""{"name":"database-ca","mountPath":"/etc/twinrunner/database-ca","readOnly":true}""", chart.Container("api").Json("volumeMounts"), StringComparison.Ordinal);
        Assert.Contains("""{"name":"objects-ca","configMap":{"name":"s3-ca"}}""", chart.Pod("api").Json("spec", "volumes"), StringComparison.Ordinal);
    }

    private static string Decoded(Rendered chart, string secret, string key) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(chart.One("Secret", secret).Text("data", key)!));
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Twinrunner.Charts.Tests.Support;
using Twinrunner.TestKit;

namespace Twinrunner.Charts.Tests;

/// <summary>What the chart refuses, and that its files agree.</summary>
public sealed partial class SchemaTests
{
    // Settings that have values of their own in the chart, or must not be in a ConfigMap.
    private static readonly string[] OfTheChart =
        ["tokenFile", "token", "roles", "slots", "githubWebhookSecretFile", "githubWebhookSecret", "objects", "executor"];

    // All that begins with these belongs to the chart, unless the schema lists it.
    private static readonly string[] Families = ["database", "s3", "kube"];

    [Theory]
    [InlineData("replicas=2", "replicas")]
    [InlineData("api.replica=2", "replica")]
    [InlineData("runner.autoscaling.on=true", "on")]
    [InlineData("steps.namespace.make=true", "make")]
    [InlineData("mongodb.image.name=x", "name")]
    [InlineData("settings.slot=2", "slot")]
    [InlineData("metrics.serviceMonitor.every=1m", "every")]
    [InlineData("ingress.tls[0].secret=x", "secret")]
    public async Task An_unknown_key_is_refused_by_its_name(string value, string key)
    {
        var refusal = await Helm.RefusalAsync(Helm.Database, value);

        Assert.Contains(key, refusal, StringComparison.Ordinal);
        Assert.Contains("specifications of the schema", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api.replicas=many")]
    [InlineData("image.digest=1234")]
    [InlineData("image.pullPolicy=Sometimes")]
    [InlineData("service.type=ExternalName")]
    [InlineData("objects.url=bucket")]
    [InlineData("objects.endpoint=s3.example.org")]
    [InlineData("database.url=postgres://db")]
    [InlineData("database.url=mongodb://me:secret@db")]
    [InlineData("auth.token=short")]
    [InlineData("runner.slots=0")]
    [InlineData("fullnameOverride=Upper_Case")]
    [InlineData("steps.sharedVolume.path=relative")]
    [InlineData("api.resources.limits.memory=much")]
    public async Task A_value_of_the_wrong_form_is_refused(string value) =>
        Assert.Contains("specifications of the schema", await Helm.RefusalAsync(Helm.Database, value), StringComparison.Ordinal);

    [Fact]
    public async Task Without_a_database_nothing_is_made() =>
        Assert.Contains("database.url is needed", await Helm.RefusalAsync(), StringComparison.Ordinal);

    [Theory]
    [InlineData("database.user=me", "database.password is needed")]
    [InlineData("objects.accessKey=me", "objects.secretKey is needed")]
    public async Task Half_a_login_is_refused(string value, string sentence) =>
        Assert.Contains(sentence, await Helm.RefusalAsync(Helm.Database, value), StringComparison.Ordinal);

    [Fact]
    public async Task Lint_finds_nothing()
    {
        var (exitCode, output, errors) = await Helm.RunAsync("lint", "--strict", Helm.Chart, "--kube-version", Helm.Newest, "--set", Helm.Database);

        Assert.True(exitCode == 0, output + errors);
    }

    [Fact]
    public void The_schema_knows_every_setting_of_the_server()
    {
        var documented = SettingRow().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "configuration.md"))).Select(row => row.Groups[1].Value);
        var known = Schema().At("properties", "settings", "propertyNames", "enum")!.AsArray().Select(name => name!.ToString()).ToList();

        var expected = documented.Except(OfTheChart).Where(name => known.Contains(name) || !Families.Any(family => name.StartsWith(family, StringComparison.Ordinal)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), known.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_value_is_in_the_table_of_the_README()
    {
        var values = Rendered.Parse(File.ReadAllText(Path.Combine(Helm.Chart, "values.yaml"))).Objects[0];

        Assert.Empty(Untold(values, "", [.. Values()]));
    }

    [Fact]
    public void Every_value_is_changed_by_a_test()
    {
        var tests = string.Concat(Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Charts.Tests"), "*Tests.cs").Select(File.ReadAllText));

        Assert.DoesNotContain(
            Values(), value => !WaysToSet(value).Any(way => tests.Contains(way + "=", StringComparison.Ordinal) || tests.Contains(way + ".", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_image_is_of_the_products_version()
    {
        var product = Version().Match(File.ReadAllText(Path.Combine(Repository.Root, "Directory.Build.props"))).Groups[1].Value;

        Assert.Contains($"appVersion: {product}\n", File.ReadAllText(Path.Combine(Helm.Chart, "Chart.yaml")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Untold(JsonNode? node, string path, HashSet<string> table) => node switch
    {
        _ when table.Contains(path) => [],
        JsonObject { Count: > 0 } values => values.SelectMany(value => Untold(value.Value, path.Length == 0 ? value.Key : $"{path}.{value.Key}", table)),
        _ => [path],
    };

    private static IEnumerable<string> Values() =>
        TableRow().Matches(File.ReadAllText(Path.Combine(Helm.Chart, "README.md"))).Select(row => row.Groups[1].Value);

    // By its whole name, or after the name of a role or bundled server that the test is given.
    private static string[] WaysToSet(string value) =>
        value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? [$"\"{value}", $"}}{value[dot..]}", $"\"{value[dot..]}"] : [$"\"{value}"];

    private static JsonNode Schema() => JsonNode.Parse(File.ReadAllText(Path.Combine(Helm.Chart, "values.schema.json")))!;

    [GeneratedRegex(@"^\| `(\w+)` \|[^|]*\| `TWIN_", RegexOptions.Multiline)]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"^\| `([\w.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("<Version>(.*)</Version>")]
    private static partial Regex Version();
}

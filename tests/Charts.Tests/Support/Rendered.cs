using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Twinrunner.Charts.Tests.Support;

/// <summary>Objects that the chart makes, as JSON.</summary>
internal sealed class Rendered
{
    private Rendered(string yaml, IReadOnlyList<JsonNode> objects) => (Yaml, Objects) = (yaml, objects);

    public string Yaml { get; }

    public IReadOnlyList<JsonNode> Objects { get; }

    public static Rendered Parse(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new(yaml, [.. stream.Documents.Select(document => ToJson(document.RootNode)).OfType<JsonObject>()]);
    }

    public IEnumerable<JsonNode> OfKind(string kind) => Objects.Where(item => item.Text("kind") == kind);

    public JsonNode One(string kind, string name) =>
        Assert.Single(OfKind(kind), item => item.Text("metadata", "name") == name);

    public bool Has(string kind, string name) => OfKind(kind).Any(item => item.Text("metadata", "name") == name);

    /// <summary>The template of a role's pods.</summary>
    public JsonNode Pod(string role) => One("Deployment", $"tr-twinrunner-{role}").At("spec", "template")!;

    public JsonNode Container(string role) => Pod(role).At("spec", "containers")!.AsArray()[0]!;

    /// <summary>The server's twinrunner.json.</summary>
    public JsonNode Settings() => JsonNode.Parse(One("ConfigMap", "tr-twinrunner").Text("data", "twinrunner.json")!)!;

    /// <summary>Name and key of the Secret that a variable of a role's container comes from.</summary>
    public string? SecretOf(string role, string variable) =>
        Container(role).At("env")!.AsArray().SingleOrDefault(entry => entry!.Text("name") == variable)?.At("valueFrom", "secretKeyRef") is { } reference
            ? $"{reference.Text("name")}/{reference.Text("key")}"
            : null;

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, ToJson(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: not ScalarStyle.Plain } text => JsonValue.Create(text.Value),
        YamlScalarNode { Value: null or "" or "null" or "~" } => null,
        YamlScalarNode { Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode scalar when long.TryParse(scalar.Value, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException($"{node.NodeType} in rendered YAML"),
    };
}

internal static class JsonNodeExtensions
{
    /// <summary>The node at a path of names and, for lists, numbers; null: there is none.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = node is JsonArray list
                ? int.Parse(name, CultureInfo.InvariantCulture) is var index && index < list.Count ? list[index] : null
                : (node as JsonObject)?[name];
        }
        return node;
    }

    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path)?.ToString();

    /// <summary>Compact JSON, to compare whole parts.</summary>
    public static string Json(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path)?.ToJsonString().Replace("\\u002B", "+", StringComparison.Ordinal) ?? "null";
}

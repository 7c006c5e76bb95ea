using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Twinrunner.Runner.Workflows;
using YamlDotNet.RepresentationModel;

namespace Twinrunner.Runner.Tests.Workflows;

public sealed class WorkflowJsonSchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(WorkflowJsonSchema.Build())!.AsObject();

    [Fact]
    public void The_published_schema_is_the_one_the_parser_reads_by()
    {
        var path = Path.Combine(WorkflowFiles.Root, "docs", "workflow.schema.json");
        if (Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, WorkflowJsonSchema.Build());
        Assert.Equal(File.ReadAllText(path), WorkflowJsonSchema.Build());
    }

    [Fact]
    public void Every_good_file_fits_the_schema()
    {
        foreach (var text in WorkflowFiles.All())
            Assert.Null(Mismatch(ToJson(text), Schema, "$"));
    }

    [Theory]
    [InlineData("steps: {a: {imgae: x}}")]
    [InlineData("steps: {a: {image: x, timeouts: {running: soon}}}")]
    [InlineData("steps: {a: {image: x, ports: [70000]}}")]
    [InlineData("title: without steps")]
    public void A_bad_file_does_not(string text)
    {
        Assert.NotNull(Mismatch(ToJson(text), Schema, "$"));
        Assert.NotEmpty(WorkflowParser.Parse(text).Faults);
    }

    [Fact]
    public void Every_key_of_the_schema_is_in_a_golden_file_and_in_the_documentation()
    {
        var golden = string.Concat(Directory.EnumerateFiles(WorkflowFiles.Golden, "*.yaml").Select(File.ReadAllText));
        var documentation = File.ReadAllText(Path.Combine(WorkflowFiles.Root, "docs", "workflow-file.md"));
        foreach (var section in Schema["$defs"]!.AsObject().Select(d => d.Value!).Append(Schema))
        {
            foreach (var (key, _) in section["properties"]?.AsObject() ?? [])
            {
                Assert.Matches($@"(^|[\s{{]){key}:", golden);
                Assert.Contains($"`{key}`", documentation);
            }
        }
    }

    /// <summary>The part of JSON Schema that the file uses; null: it fits.</summary>
    private static string? Mismatch(JsonNode? value, JsonObject schema, string path)
    {
        foreach (var (keyword, rule) in schema)
        {
            var problem = keyword switch
            {
                "type" => (rule is JsonArray types ? types.Any(t => IsOf(value, (string)t!)) : IsOf(value, (string)rule!)) ? null : "type",
                "anyOf" => rule!.AsArray().Any(s => Mismatch(value, s!.AsObject(), path) is null) ? null : "anyOf",
                "enum" => rule!.AsArray().Any(e => JsonNode.DeepEquals(e, value)) ? null : "enum",
                "pattern" when IsOf(value, "string") => Regex.IsMatch((string)value!, (string)rule!) ? null : "pattern",
                "minimum" when IsOf(value, "number") => (double)value! >= (double)rule! ? null : "minimum",
                "maximum" when IsOf(value, "number") => (double)value! <= (double)rule! ? null : "maximum",
                "$ref" => Mismatch(value, Schema["$defs"]![((string)rule!)["#/$defs/".Length..]]!.AsObject(), path),
                "items" when value is JsonArray items => items.Select((item, i) => Mismatch(item, rule!.AsObject(), $"{path}[{i}]")).FirstOrDefault(p => p is not null),
                "required" when value is JsonObject map => rule!.AsArray().All(k => map.ContainsKey((string)k!)) ? null : "required",
                "properties" or "additionalProperties" when value is JsonObject map && keyword == "properties" == schema.ContainsKey("properties") =>
                    map.Select(p => OfProperty(p.Key, p.Value, schema, path)).FirstOrDefault(p => p is not null),
                _ => null,
            };
            if (problem is not null)
                return problem.Contains(' ') ? problem : $"{path} {problem}";
        }
        return null;
    }

    private static string? OfProperty(string key, JsonNode? value, JsonObject schema, string path)
    {
        if (schema["properties"]?[key] is JsonObject known)
            return Mismatch(value, known, $"{path}.{key}");
        return schema["additionalProperties"] switch
        {
            JsonObject other => Mismatch(value, other, $"{path}.{key}"),
            JsonValue => $"{path}.{key} is unknown",
            _ => null,
        };
    }

    private static bool IsOf(JsonNode? value, string type) => (value?.GetValueKind(), type) switch
    {
        (null, "null") => true,
        (System.Text.Json.JsonValueKind.String, "string") => true,
        (System.Text.Json.JsonValueKind.Number, "number") => true,
        (System.Text.Json.JsonValueKind.Number, "integer") => (double)value! % 1 == 0,
        (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False, "boolean") => true,
        (System.Text.Json.JsonValueKind.Array, "array") => true,
        (System.Text.Json.JsonValueKind.Object, "object") => true,
        _ => false,
    };

    private static JsonNode? ToJson(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return ToJson(stream.Documents[0].RootNode);
    }

    private static IEnumerable<KeyValuePair<YamlNode, YamlNode>> Merged(KeyValuePair<YamlNode, YamlNode> pair) =>
        pair is { Key: YamlScalarNode { Value: "<<" }, Value: YamlMappingNode other } ? other : [pair];

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.SelectMany(Merged).Select(p => KeyValuePair.Create(((YamlScalarNode)p.Key).Value!, ToJson(p.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Select(ToJson)]),
        YamlScalarNode { Style: YamlDotNet.Core.ScalarStyle.Plain } scalar => scalar.Value switch
        {
            "" or "null" or "~" or null => null,
            "true" or "false" => scalar.Value == "true",
            var text when double.TryParse(text, CultureInfo.InvariantCulture, out var number) => number,
            var text => text,
        },
        YamlScalarNode scalar => scalar.Value,
        _ => null,
    };
}

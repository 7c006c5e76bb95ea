using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Runner.Workflows.Reading;

namespace Twinrunner.Runner.Workflows;

/// <summary>The JSON Schema (draft 2020-12) of workflow files, for editors; made of the same tables that the parser reads by.</summary>
public static class WorkflowJsonSchema
{
    private static readonly Section[] Below =
    [
        Sections.Parameter, StepSection.Defaults, StepSection.Step, Sections.Need, Sections.Input, Sections.Port, Sections.Ready,
        Sections.Range, Sections.Resources, Sections.Timeouts, Sections.Retry,
    ];

    /// <summary>The schema's text, as <c>docs/workflow.schema.json</c> holds it.</summary>
    public static string Build()
    {
        var definitions = new JsonObject
        {
            ["expression"] = new JsonObject { ["type"] = "string", ["pattern"] = "\\$\\{\\{.*\\}\\}" },
            ["matrix"] = Matrix(),
        };
        foreach (var section in Below)
            definitions[section.Name] = Describe(section);

        var schema = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Twinrunner workflow file",
        };
        foreach (var (name, value) in Describe(Sections.Workflow).ToList())
            schema[name] = value?.DeepClone();
        schema["$defs"] = definitions;
        return schema.ToJsonString(new JsonSerializerOptions
        {
            WriteIndented = true,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }).ReplaceLineEndings("\n") + "\n";
    }

    private static JsonObject Describe(Section section)
    {
        var properties = new JsonObject();
        foreach (var key in section.Keys)
        {
            var property = JsonNode.Parse(key.Schema)!.AsObject();
            property["description"] = key.Description;
            properties[key.Name] = property;
        }
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
        if (section.Keys.Where(k => k.Required).Select(k => (JsonNode)k.Name).ToArray() is { Length: > 0 } required)
            schema["required"] = new JsonArray(required);
        return schema;
    }

    private static JsonNode Matrix() => JsonNode.Parse("""
        {
          "type": "object",
          "properties": {
            "include": {"type": "array", "items": {"type": "object"}, "description": "Further items, each with all variables."},
            "exclude": {"type": "array", "items": {"type": "object"}, "description": "Combinations to leave out."}
          },
          "additionalProperties": {"anyOf": [{"type": "array"}, {"$ref": "#/$defs/range"}, {"$ref": "#/$defs/expression"}]}
        }
        """)!;
}

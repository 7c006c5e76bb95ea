using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>Makes sure that a document can be read here, whatever an old ODTP or a person wrote into a field: what can't is kept in <c>odtp.FIELD</c>.</summary>
internal static class DocumentRepair
{
    private const int MostFields = 20;

    /// <summary>Returns a sentence for each field that was set aside; null: the document can't be read at all, and the last says why.</summary>
    public static (bool IsReadable, IReadOnlyList<string> Sentences) Repair(JsonObject document, string collection)
    {
        var sentences = new List<string>();
        for (var tries = 0; tries < MostFields; tries++)
        {
            try
            {
                if (TypeOf(collection) is { } type)
                    document.Deserialize(type);
                return (true, sentences);
            }
            catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
            {
                var path = (exception as JsonException)?.Path ?? "";
                var field = path.StartsWith("$.", StringComparison.Ordinal) ? path[2..].Split('.', '[')[0] : "";
                if (document[field] is not { } written || field == "_id")
                {
                    sentences.Add(exception.Message);
                    return (false, sentences);
                }
                sentences.Add($"{field} is not what it should be ({Shown(written)}) and was set aside");
                document.Replace(field, null);
            }
        }
        return (false, [.. sentences, "too many of its fields are not what they should be"]);
    }

    private static JsonTypeInfo? TypeOf(string collection) => collection switch
    {
        "users" => DocumentJson.Default.User,
        "digitalTwins" => DocumentJson.Default.DigitalTwin,
        "components" => DocumentJson.Default.Component,
        "versions" => DocumentJson.Default.ComponentVersion,
        "workflows" => DocumentJson.Default.Workflow,
        "executions" => DocumentJson.Default.Execution,
        "steps" => DocumentJson.Default.Step,
        "outputs" => DocumentJson.Default.Output,
        "logs" => DocumentJson.Default.LogPage,
        _ => null,
    };

    private static string Shown(JsonNode node) => node.ToJsonString() is { Length: > 60 } text ? text[..60] + "…" : node.ToJsonString();
}

using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>Reads fields of ODTP's documents, whose types differ by version: a reference is an ObjectId or its 24 digits as text.</summary>
internal static class OdtpFields
{
    public static ObjectId? Id(this JsonObject document, string field) => Id(document[field]);

    public static ObjectId? Id(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } wrapped => Id(wrapped["$oid"]),
        JsonValue value when value.TryGetValue<string>(out var text) && ObjectId.TryParse(text, out var id) => id,
        _ => null,
    };

    public static string? Text(this JsonObject document, string field) =>
        document[field] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;

    public static bool IsTrue(this JsonObject document, string field) => document[field] is JsonValue value && value.TryGetValue<bool>(out var set) && set;

    public static bool HasDate(this JsonObject document, string field) => document[field] is JsonObject date && date["$date"] is not null;

    public static IEnumerable<ObjectId> Ids(this JsonObject document, string field) =>
        document[field] is JsonArray items ? items.Select(Id).OfType<ObjectId>() : [];

    /// <summary>Sets the field where it is missing or null.</summary>
    public static void Default(this JsonObject document, string field, JsonNode? value) => document[field] ??= value;

    /// <summary>Puts another value in the field's place; what ODTP wrote is kept in <c>odtp.FIELD</c>.</summary>
    public static void Replace(this JsonObject document, string field, JsonNode? value)
    {
        if (!document.TryGetPropertyValue(field, out var written) || JsonNode.DeepEquals(written, value))
        {
            document[field] = value;
            return;
        }
        if (document["odtp"] is not JsonObject kept)
            document["odtp"] = kept = [];
        document.Remove(field);
        kept[field] = written;
        document[field] = value;
    }

    public static JsonNode Node(this ObjectId id) => new JsonObject { ["$oid"] = id.ToString() };

    public static JsonNode Node(this DateTimeOffset time) => JsonSerializer.SerializeToNode(time, DocumentJson.Default.DateTimeOffset)!;
}

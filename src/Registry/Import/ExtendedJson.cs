using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Registry.Import;

/// <summary>
/// MongoDB's Extended JSON v2 (https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/), canonical or relaxed,
/// turned into the relaxed form that documents are stored in. Types that JSON has no word for stay as they are.
/// </summary>
internal static class ExtendedJson
{
    public static JsonNode? Relax(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject { Count: 1 } wrapped when Unwrap(wrapped.First()) is { } value:
                return value;
            case JsonObject document:
                return new JsonObject(document.Select(field => KeyValuePair.Create(field.Key, Relax(field.Value))));
            case JsonArray items:
                return new JsonArray([.. items.Select(Relax)]);
            default:
                return node?.DeepClone();
        }
    }

    /// <summary>Null: it is no value of that kind, or one that JSON can't hold.</summary>
    private static JsonNode? Unwrap(KeyValuePair<string, JsonNode?> field) => field switch
    {
        { Key: "$numberInt", Value: JsonValue text } when int.TryParse(text.ToString(), CultureInfo.InvariantCulture, out var number) => number,
        { Key: "$numberLong", Value: JsonValue text } when long.TryParse(text.ToString(), CultureInfo.InvariantCulture, out var number) => number,
        { Key: "$numberDouble", Value: JsonValue text } when double.TryParse(text.ToString(), CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) => number,
        { Key: "$date", Value: { } date } => Date(date),
        _ => null,
    };

    private static JsonNode? Date(JsonNode date)
    {
        try
        {
            var time = JsonSerializer.Deserialize($$"""{"$date":{{date.ToJsonString()}}}""", DocumentJson.Default.DateTimeOffset);
            return JsonSerializer.SerializeToNode(time, DocumentJson.Default.DateTimeOffset);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }
}

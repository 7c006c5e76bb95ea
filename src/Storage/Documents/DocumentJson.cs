using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twinrunner.Storage.Documents.Json;

namespace Twinrunner.Storage.Documents;

/// <summary>
/// How documents become JSON: camelCase, enums by name, times as Extended JSON dates, nulls of our own fields left out. Fields that we
/// don't know may lie as deep as MongoDB allows, which is deeper than .NET reads by itself.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 200,
    Converters = [typeof(DateJsonConverter), typeof(Int32JsonConverter), typeof(Int64JsonConverter), typeof(DoubleJsonConverter)])]
[JsonSerializable(typeof(Step))]
[JsonSerializable(typeof(Execution))]
[JsonSerializable(typeof(Component))]
[JsonSerializable(typeof(ComponentVersion))]
[JsonSerializable(typeof(ComponentSync))]
[JsonSerializable(typeof(RoleLease))]
[JsonSerializable(typeof(Zoo))]
[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(DigitalTwin))]
[JsonSerializable(typeof(Workflow))]
[JsonSerializable(typeof(Output))]
[JsonSerializable(typeof(LogPage))]
[JsonSerializable(typeof(ExecutionEvent))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Secret))]
[JsonSerializable(typeof(StoredCredential))]
[JsonSerializable(typeof(IdempotentRequest))]
public sealed partial class DocumentJson : JsonSerializerContext;

/// <summary>
/// Writes <c>{"$date":"2026-01-31T12:00:00.000Z"}</c> (Extended JSON v2, milliseconds as BSON has them; the text sorts as the
/// time does). Reads that, the canonical form with <c>$numberLong</c>, and a plain ISO 8601 string.
/// </summary>
public sealed class DateJsonConverter : JsonConverter<DateTimeOffset>
{
    public const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return Parse(ref reader);
        using var document = JsonDocument.ParseValue(ref reader);
        if (!document.RootElement.TryGetProperty("$date"u8, out var date))
            throw new JsonException("expected a date");
        if (date.ValueKind == JsonValueKind.String)
            return DateTimeOffset.Parse(date.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        var milliseconds = date.ValueKind == JsonValueKind.Number
            ? date.GetInt64()
            : long.Parse(date.GetProperty("$numberLong"u8).GetString()!, CultureInfo.InvariantCulture);
        return DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteString("$date"u8, value.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture));
        writer.WriteEndObject();
    }

    private static DateTimeOffset Parse(ref Utf8JsonReader reader) =>
        DateTimeOffset.Parse(reader.GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}

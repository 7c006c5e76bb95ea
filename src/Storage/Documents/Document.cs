using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>What every stored document has. Fields that we don't know (ODTP's, a newer version's) are kept in <see cref="OtherFields"/>.</summary>
public abstract record Document<TSelf> where TSelf : Document<TSelf>
{
    [JsonPropertyName("_id"), JsonPropertyOrder(-1)]
    public required Id<TSelf> Id { get; init; }

    /// <summary>Counted up by the database on every replacement; 0 when the document was never stored, or was written by ODTP.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    [JsonExtensionData]
    public Dictionary<string, JsonElement>? OtherFields { get; init; }
}

using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents;

/// <summary>What every stored document has. Fields that we don't know (ODTP's, a newer version's) are kept in <see cref="OtherFields"/>.</summary>
/// <remarks>
/// Defaults are given by getters (<c>get =&gt; field ?? …</c>), not by initializers: the generated JSON reader sets an init
/// property that the JSON lacks to null, over its initializer (https://github.com/dotnet/runtime/issues/84484).
/// </remarks>
public abstract record Document<TSelf> where TSelf : Document<TSelf>
{
    [JsonPropertyName("_id"), JsonPropertyOrder(-1)]
    public required Id<TSelf> Id { get; init; }

    /// <summary>Counted up by the database on every replacement; 0 when the document was never stored, or was written by ODTP.</summary>
    [JsonIgnore]
    public long Revision { get; init; }

    /// <summary>Settable, because the JSON reader fills it after construction; don't change it otherwise.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? OtherFields { get; set; }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Documents;

/// <summary>
/// Text that stays in UTF-8 between the wire and the database. A page of a log as a string would be two copies of twice
/// its size, on the large object heap.
/// </summary>
/// <param name="Bytes">Valid UTF-8.</param>
[JsonConverter(typeof(Utf8TextJsonConverter))]
public readonly record struct Utf8Text(ReadOnlyMemory<byte> Bytes) : IEquatable<Utf8Text>
{
    public static implicit operator Utf8Text(string text) => new(Encoding.UTF8.GetBytes(text));

    public bool Equals(Utf8Text other) => Bytes.Span.SequenceEqual(other.Bytes.Span);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(Bytes.Span);
}

public sealed class Utf8TextJsonConverter : JsonConverter<Utf8Text>
{
    public override Utf8Text Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
            throw new JsonException("expected text");
        // Escapes only ever get shorter: a little room may be left at the end, which a copy would cost more than.
        var text = new byte[reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length];
        return new(text.AsMemory(0, reader.CopyString(text)));
    }

    /// <remarks>The writer's own encoder goes byte by byte from the first line feed on, which was a sixth of the time that it takes to store a log.</remarks>
    public override void Write(Utf8JsonWriter writer, Utf8Text value, JsonSerializerOptions options)
    {
        var json = new PooledJson(value.Bytes.Length + value.Bytes.Length / 16);
        json.WriteString(value.Bytes.Span);
        writer.WriteRawValue(json.Bytes.Span, skipInputValidation: true);
        json.Return();
    }
}

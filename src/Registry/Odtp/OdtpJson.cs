using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace Twinrunner.Registry.Odtp;

/// <summary>Turns a part of the file into the JSON that ODTP would have stored for it.</summary>
internal static class OdtpJson
{
    public static JsonElement? From(OdtpNode? node)
    {
        if (node is null or OdtpScalar { IsNull: true })
            return null;
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, node);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static void Write(Utf8JsonWriter writer, OdtpNode node)
    {
        switch (node)
        {
            case OdtpSequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items)
                    Write(writer, item);
                writer.WriteEndArray();
                break;
            case OdtpMapping mapping:
                writer.WriteStartObject();
                foreach (var entry in mapping.Entries)
                {
                    writer.WritePropertyName(entry.Key.Text);
                    Write(writer, entry.Value);
                }
                writer.WriteEndObject();
                break;
            case OdtpScalar scalar:
                Write(writer, scalar);
                break;
        }
    }

    private static void Write(Utf8JsonWriter writer, OdtpScalar scalar)
    {
        if (scalar.IsNull)
            writer.WriteNullValue();
        else if (scalar.AsBoolean is { } truth)
            writer.WriteBooleanValue(truth);
        else if (scalar.IsPlain && long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer))
            writer.WriteNumberValue(integer);
        else if (scalar.IsPlain && OdtpNumber.TryRead(scalar.Text, out var number) && double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(scalar.Text);
    }
}

/// <summary>Numbers as odtp.yml files write them, <c>inf</c> in its spellings included.</summary>
internal static class OdtpNumber
{
    public static bool TryRead(string text, out double number)
    {
        number = text.Trim().ToLowerInvariant() switch
        {
            "inf" or "+inf" or ".inf" or "+.inf" or "infinity" or "+infinity" => double.PositiveInfinity,
            "-inf" or "-.inf" or "-infinity" => double.NegativeInfinity,
            _ => double.NaN,
        };
        return !double.IsNaN(number)
            || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}

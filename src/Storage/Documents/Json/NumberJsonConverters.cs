using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Storage.Documents.Json;

/// <summary>
/// Numbers as MongoDB may give them: plain, of a type of their own (<c>{"$numberLong":"5"}</c>), or as the doubles that people's
/// tools write (<c>5.0</c>). Written plainly.
/// </summary>
internal static class ExtendedNumber
{
    public static long ReadWhole(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetInt64(out var whole) ? whole : Whole(reader.GetDouble());
        var text = Text(ref reader);
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : Whole(Real(text));
    }

    public static double ReadReal(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetDouble() : Real(Text(ref reader));

    private static long Whole(double number) =>
        number == Math.Floor(number) && number is >= long.MinValue and < long.MaxValue ? (long)number : throw new JsonException("expected a whole number");

    private static double Real(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : throw new JsonException("expected a number");

    private static string? Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject || !reader.Read()
            || !(reader.ValueTextEquals("$numberLong"u8) || reader.ValueTextEquals("$numberInt"u8) || reader.ValueTextEquals("$numberDouble"u8) || reader.ValueTextEquals("$numberDecimal"u8)))
            throw new JsonException("expected a number");
        reader.Read();
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? text : throw new JsonException("expected the end of a number");
    }
}

internal sealed class Int32JsonConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ExtendedNumber.ReadWhole(ref reader) is var number and >= int.MinValue and <= int.MaxValue ? (int)number : throw new JsonException("expected a number of 32 bits");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class Int64JsonConverter : JsonConverter<long>
{
    public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ExtendedNumber.ReadWhole(ref reader);

    public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

internal sealed class DoubleJsonConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ExtendedNumber.ReadReal(ref reader);

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

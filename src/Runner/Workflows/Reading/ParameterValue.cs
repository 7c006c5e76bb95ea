using System.Globalization;
using System.Text.Json;
using Twinrunner.Runner.Workflows.Expressions;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Checks a value against what a parameter takes. Text, as from a command line, is read as the type.</summary>
internal static class ParameterValue
{
    /// <summary>Null: it doesn't fit; <paramref name="problem"/> says why, as the end of a sentence that names the parameter.</summary>
    public static Value? Read(WorkflowParameter parameter, Value value, out string? problem, out string? hint)
    {
        hint = null;
        var read = parameter.Type switch
        {
            "integer" or "number" => ReadNumber(value, parameter.Type == "integer"),
            "boolean" => bool.TryParse(value.Text, out var flag) ? Value.Of(flag) : null,
            "list" => ReadList(value),
            _ => value.Kind is ValueKind.List ? null : Value.Of(value.Text),
        };
        if (read is null)
        {
            problem = $"takes {Article(parameter.Type)}, not '{Shorten(value.Text)}'";
            return null;
        }
        problem = OutsideOf(read, parameter.Options, parameter.Minimum, parameter.Maximum, out hint);
        return problem is null ? read : null;
    }

    /// <summary>What is wrong with a value by options and bounds, or null.</summary>
    public static string? OutsideOf(Value value, IReadOnlyList<string> options, double? minimum, double? maximum, out string? hint)
    {
        hint = null;
        if (options.Count > 0 && (value.Kind == ValueKind.List ? value.Items : [value]).FirstOrDefault(v => !IsOption(v, options)) is { } other)
        {
            hint = Suggestion.Hint(other.Text, options.ToList());
            return $"doesn't take '{Shorten(other.Text)}'";
        }
        if (value.TryNumber(out var number) && (number < minimum || number > maximum))
            return $"is {value.Text}, outside of {Bound(minimum, "-inf")} to {Bound(maximum, "inf")}";
        return null;
    }

    public static string Article(string type) => type == "integer" ? "an integer" : "a " + type;

    public static string Shorten(string text) => text.Length <= 60 ? text : text[..57] + "...";

    private static Value? ReadNumber(Value value, bool whole)
    {
        if (value.Kind is ValueKind.Boolean or ValueKind.Null or ValueKind.List || !value.TryNumber(out var number))
            return null;
        return whole && number != Math.Floor(number) ? null : Value.OfNumber(value.Text, number);
    }

    /// <summary>A list; or, in text, JSON's <c>[1, 2]</c> or values with commas between.</summary>
    private static Value? ReadList(Value value)
    {
        if (value.Kind != ValueKind.Text)
            return value.Kind == ValueKind.List ? value : null;
        if (!value.Text.StartsWith('['))
            return Value.Of([.. value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Value.OfPlainText)]);
        try
        {
            using var json = JsonDocument.Parse(value.Text, new JsonDocumentOptions { MaxDepth = 4 });
            return Value.Of(json.RootElement.Clone());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool IsOption(Value value, IReadOnlyList<string> options) =>
        options.Contains(value.Text) || options.Any(o => Value.Compare(value, Value.OfPlainText(o)) == 0);

    private static string Bound(double? bound, string none) => bound is { } number && double.IsFinite(number) ? number.ToString(CultureInfo.InvariantCulture) : none;
}

using System.Globalization;
using System.Text.Json;

namespace Twinrunner.Runner.Workflows.Expressions;

internal enum ValueKind { Null, Boolean, Number, Text, List }

/// <summary>A value of an expression or a parameter. A number keeps the way in which it was written.</summary>
internal sealed record Value
{
    public static readonly Value Null = new() { Kind = ValueKind.Null };
    public static readonly Value True = new() { Kind = ValueKind.Boolean, Text = "true" };
    public static readonly Value False = new() { Kind = ValueKind.Boolean, Text = "false" };

    public required ValueKind Kind { get; init; }

    /// <summary>What it becomes inside a text; for a list its items, with commas between.</summary>
    public string Text { get; private init; } = "";

    public double Number { get; private init; }
    public IReadOnlyList<Value> Items { get; private init; } = [];

    public static Value Of(string text) => new() { Kind = ValueKind.Text, Text = text };

    public static Value Of(bool value) => value ? True : False;

    public static Value Of(int number) => new() { Kind = ValueKind.Number, Number = number, Text = number.ToString(CultureInfo.InvariantCulture) };

    public static Value Of(IReadOnlyList<Value> items) =>
        new() { Kind = ValueKind.List, Items = items, Text = string.Join(',', items.Select(i => i.Text)) };

    /// <summary>
    /// What YAML's plain text stands for. Only a number that prints back exactly as it was written is one, and of the
    /// booleans only <c>true</c> and <c>false</c>: versions such as 1.10, codes such as 007 and ODTP's TRUE stay text, so that
    /// a component gets what the author wrote.
    /// </summary>
    public static Value OfPlainText(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => Null,
        "true" => True,
        "false" => False,
        _ => TryNumber(text, out var number) && Print(number) == text ? OfNumber(text, number) : Of(text),
    };

    /// <summary>A number in the expression language, where it may be written in any form.</summary>
    public static Value OfNumber(string text, double number) => new() { Kind = ValueKind.Number, Text = text, Number = number };

    public static Value Of(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.True => True,
        JsonValueKind.False => False,
        JsonValueKind.Number when TryNumber(json.GetRawText(), out var number) => OfNumber(json.GetRawText(), number),
        JsonValueKind.Number => Of(json.GetRawText()),
        JsonValueKind.String => Of(json.GetString()!),
        JsonValueKind.Array => Of([.. json.EnumerateArray().Select(Of)]),
        JsonValueKind.Object => Of(json.GetRawText()),
        _ => Null,
    };

    public JsonElement ToJson()
    {
        switch (Kind)
        {
            case ValueKind.Boolean:
                return JsonSerializer.SerializeToElement(this == True);
            case ValueKind.Number:
                // Written in another form than numbers print, it would not come back from every database as it is.
                return Print(Number) == Text ? JsonElement.Parse(Text) : JsonSerializer.SerializeToElement(Text);
            case ValueKind.Text:
                return JsonSerializer.SerializeToElement(Text);
            case ValueKind.List:
                return JsonSerializer.SerializeToElement(Items.Select(i => i.ToJson()));
            default:
                return JsonSerializer.SerializeToElement<object?>(null);
        }
    }

    /// <summary>Null, false, 0, the empty text, the text <c>false</c> and the empty list don't hold; everything else does.</summary>
    public bool Holds => Kind switch
    {
        ValueKind.Null => false,
        ValueKind.Boolean => Text == "true",
        ValueKind.Number => Number != 0,
        ValueKind.Text => Text.Length > 0 && !Text.Equals("false", StringComparison.OrdinalIgnoreCase),
        _ => Items.Count > 0,
    };

    /// <summary>
    /// Less than 0, 0, or more than 0; null when the two can't be compared. Two texts compare by code points. When one side is a
    /// number or a boolean, the other one's text is read as such.
    /// </summary>
    public static int? Compare(Value left, Value right)
    {
        if (left.Kind == ValueKind.Text && right.Kind == ValueKind.Text)
            return string.CompareOrdinal(left.Text, right.Text);
        if (left.Kind == ValueKind.Null && right.Kind == ValueKind.Null)
            return 0;
        if (left.Kind is ValueKind.Null or ValueKind.List || right.Kind is ValueKind.Null or ValueKind.List)
            return left.Kind == right.Kind && left.Items.Count == right.Items.Count
                && left.Items.Zip(right.Items).All(pair => Compare(pair.First, pair.Second) == 0) ? 0 : null;
        if (left.Kind == ValueKind.Boolean || right.Kind == ValueKind.Boolean)
            return bool.TryParse(left.Text, out var a) && bool.TryParse(right.Text, out var b) ? a.CompareTo(b) : null;
        return left.TryNumber(out var x) && right.TryNumber(out var y) ? x.CompareTo(y) : null;
    }

    public bool TryNumber(out double number)
    {
        number = Number;
        return Kind == ValueKind.Number || (Kind == ValueKind.Text && TryNumber(Text, out number));
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number);

    /// <summary>The shortest text of a number, for whole ones without exponent.</summary>
    private static string Print(double number) =>
        Math.Abs(number) < 1e15 ? number.ToString("0.################", CultureInfo.InvariantCulture) : "";
}

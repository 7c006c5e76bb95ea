using System.Buffers;
using System.Globalization;
using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Yaml;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>
/// Reads single values, with the expressions in them worked out by a scope. Where the scope doesn't know a value yet (the
/// file is only being checked), the result is null without a fault.
/// </summary>
internal sealed class ValueReader(FaultList faults, Scope scope)
{
    private static readonly SearchValues<char> YamlMarks = SearchValues.Create("[]{},:#'\"&*!|>%@`");

    public FaultList Faults => faults;

    /// <summary>A text that must be known when the execution is planned.</summary>
    public string? Text(YamlNode? node) => Final(node)?.Text;

    /// <summary>A text that may hold expressions over steps: a template for <see cref="RunTimeExpressions.Expand"/>.</summary>
    public string? Template(YamlNode? node) => Reduce(node)?.ToString();

    /// <summary>A value that keeps its kind; a text is a template.</summary>
    public Value? TemplateValue(YamlNode? node)
    {
        if (node is YamlList list)
            return Value.Of([.. list.Items.Select(i => TemplateValue(i) ?? Value.Null)]);
        if (Reduce(node) is not { } template)
            return null;
        if (!template.HasExpressions && node is YamlScalar { IsPlain: true, Template.HasExpressions: false } plain)
            return plain.Value.Kind == ValueKind.Text ? Value.Of(template.ToString()) : plain.Value;
        return template.Known is { Kind: not ValueKind.Text } known ? known : Value.Of(template.ToString());
    }

    /// <summary>A value that must be known when the execution is planned.</summary>
    public Value? Final(YamlNode? node)
    {
        if (Reduce(node) is not { } template)
            return null;
        if (template.Known is { } known)
            return node is YamlScalar { IsPlain: true, Template.HasExpressions: false } plain ? plain.Value : known;
        if (template.Expressions.Any(e => e.AsksForStatus() || e.References().Any(r => r.Root == "steps")))
        {
            faults.Add(
                node!,
                "this must be known before any step runs, and can't refer to steps",
                "values of steps can stand in command, script, env, parameters, inputs' text and when");
        }
        return null;
    }

    /// <summary>The residual of a condition, as the text of an expression.</summary>
    public string? Condition(YamlNode? node)
    {
        if (Scalar(node) is not { } scalar)
            return null;
        var text = scalar.Text;
        Expression? expression;
        if (text.Contains("${{", StringComparison.Ordinal))
        {
            expression = scalar.Template.Whole;
            if (expression is null)
                faults.Add(scalar, scalar.Template.Problem ?? "a condition is one expression and nothing beside it", "when: ${{ steps.load.outputs.rows > 0 }}");
        }
        else
        {
            expression = ExpressionParser.Parse(text, out var problem);
            if (expression is null)
                faults.Add(scalar, problem!);
        }
        if (expression is null)
            return null;
        var reduced = expression.Reduce(scope);
        Tell(scalar);
        return reduced.ToString();
    }

    public bool? Boolean(YamlNode? node)
    {
        if (Final(node) is not { } value || value.Kind == ValueKind.Null)
            return null;
        if (bool.TryParse(value.Text, out var result))
            return result;
        faults.Add(node!, $"'{value.Text}' is neither true nor false");
        return null;
    }

    public int? Integer(YamlNode? node, int minimum = int.MinValue, int maximum = int.MaxValue)
    {
        if (Final(node) is not { } value || value.Kind == ValueKind.Null)
            return null;
        if (!int.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            faults.Add(node!, $"'{value.Text}' is not a whole number");
        else if (number < minimum || number > maximum)
            faults.Add(node!, maximum == int.MaxValue ? $"{number} is too small, it starts at {minimum}" : $"{number} is outside of {minimum} to {maximum}");
        else
            return number;
        return null;
    }

    public double? Number(YamlNode? node, double minimum, double maximum)
    {
        if (Final(node) is not { } value || value.Kind == ValueKind.Null)
            return null;
        if (!Value.Of(value.Text).TryNumber(out var number))
            faults.Add(node!, $"'{value.Text}' is not a number");
        else if (number < minimum || number > maximum)
            faults.Add(node!, $"{number} is outside of {minimum} to {maximum}");
        else
            return number;
        return null;
    }

    public TimeSpan? Duration(YamlNode? node)
    {
        if (Final(node) is not { } value || value.Kind == ValueKind.Null)
            return null;
        if (Quantity.TryDuration(value.Text, out var duration))
            return duration;
        faults.Add(node!, $"'{value.Text}' is not a duration of at most {Quantity.LongestDuration.TotalDays} days", "write 90s, 30m, 1h30m or 2d");
        return null;
    }

    public long? Bytes(YamlNode? node)
    {
        if (Final(node) is not { } value || value.Kind == ValueKind.Null)
            return null;
        if (Quantity.TryBytes(value.Text, out var bytes))
            return bytes;
        faults.Add(node!, $"'{value.Text}' is not a size", "write 512Mi, 2Gi, or a count of bytes");
        return null;
    }

    /// <summary>One of some words, whatever their case and dashes.</summary>
    public string? OneOf(YamlNode? node, params string[] words)
    {
        if (Text(node) is not { Length: > 0 } text)
            return null;
        var found = words.FirstOrDefault(w => w.Equals(text.Replace("-", "").Replace("_", ""), StringComparison.OrdinalIgnoreCase));
        if (found is null)
            faults.Add(node!, $"'{text}' is not one of {string.Join(", ", words)}", Suggestion.Nearest(text, words) is { } near ? $"did you mean '{near}'?" : null);
        return found;
    }

    /// <summary>A list of single values; one value alone is a list of one where <paramref name="oneAlone"/>.</summary>
    public IReadOnlyList<YamlNode>? Items(YamlNode? node, bool oneAlone = false)
    {
        switch (node)
        {
            case null or YamlScalar { IsNull: true }:
                return null;
            case YamlList list:
                return list.Items;
            case YamlScalar scalar when oneAlone:
                return [scalar];
            case YamlScalar { Text: var words } when words.Contains(' '):
                faults.Add(node, "this is a list", $"write [{string.Join(", ", words.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Quoted))}]");
                return null;
            default:
                faults.Add(node, $"this is a list, not {node.Kind}", node is YamlScalar one ? $"write [{Quoted(one.Text)}]" : null);
                return null;
        }
    }

    public IReadOnlyList<string>? Texts(YamlNode? node, bool oneAlone = false) =>
        Items(node, oneAlone)?.Select(i => Text(i) ?? "").ToList();

    public IReadOnlyList<string>? Templates(YamlNode? node) =>
        Items(node)?.Select(i => Template(i) ?? "").ToList();

    public YamlMap? Map(YamlNode? node)
    {
        if (node is YamlMap map)
            return map;
        if (node is not (null or YamlScalar { IsNull: true }))
            faults.Add(node, $"this is a mapping, not {node.Kind}");
        return null;
    }

    private Template? Reduce(YamlNode? node)
    {
        if (Scalar(node) is not { } scalar)
            return null;
        if (scalar.Template.Problem is { } problem)
        {
            faults.Add(scalar, problem, "'$${{' writes the characters '${{' themselves");
            return null;
        }
        if (!scalar.Template.HasExpressions)
            return scalar.Template;
        var reduced = scalar.Template.Reduce(scope);
        return Tell(scalar) ? null : reduced;
    }

    private bool Tell(YamlScalar scalar)
    {
        var problems = scope.TakeProblems();
        foreach (var (message, hint) in problems)
            faults.Add(scalar, message, hint);
        return problems.Count > 0;
    }

    private YamlScalar? Scalar(YamlNode? node)
    {
        if (node is null or YamlScalar)
            return node as YamlScalar;
        faults.Add(node, $"this is a single value, not {node.Kind}");
        return null;
    }

    private static string Quoted(string word) =>
        word.AsSpan().ContainsAny(YamlMarks) ? $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"" : word;
}

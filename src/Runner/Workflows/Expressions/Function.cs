namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>A function of the expression language. One without <see cref="Apply"/> asks how the steps needed have ended.</summary>
internal sealed record Function(string Name, int MinArguments, int MaxArguments, Func<IReadOnlyList<Value>, Value>? Apply)
{
    public static readonly Function Success = new("success", 0, 0, null);
    public static readonly Function Failure = new("failure", 0, 0, null);
    public static readonly Function Always = new("always", 0, 0, null);

    public static readonly IReadOnlyDictionary<string, Function> All = new Function[]
    {
        Success,
        Failure,
        Always,
        new("contains", 2, 2, a => Value.Of(Contains(a[0], a[1]))),
        new("startsWith", 2, 2, a => Value.Of(a[0].Text.StartsWith(a[1].Text, StringComparison.Ordinal))),
        new("endsWith", 2, 2, a => Value.Of(a[0].Text.EndsWith(a[1].Text, StringComparison.Ordinal))),
        new("join", 2, 2, a => Value.Of(string.Join(a[1].Text, a[0].Items.Select(i => i.Text)))),
        new("list", 0, ExpressionParser.MaxLength, Value.Of),
    }.ToDictionary(f => f.Name, StringComparer.Ordinal);

    private static bool Contains(Value whole, Value part) => whole.Kind == ValueKind.List
        ? whole.Items.Any(item => Value.Compare(item, part) == 0)
        : whole.Text.Contains(part.Text, StringComparison.Ordinal);
}

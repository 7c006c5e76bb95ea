using System.Text;

namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>
/// A text with expressions in <c>${{ }}</c>. <c>$${{</c> stands for <c>${{</c> itself. What is worked out is put in as it is:
/// no quoting, and nothing in a value is ever read as an expression.
/// </summary>
internal sealed class Template
{
    private const string Start = "${{";

    /// <summary>Literal texts (strings) and expressions in their order.</summary>
    private readonly List<object> _parts = [];

    private Template()
    {
    }

    /// <summary>What is wrong with it, when it can't be read.</summary>
    public string? Problem { get; private set; }

    public bool HasExpressions { get; private set; }

    public IEnumerable<Expression> Expressions => _parts.OfType<Expression>();

    /// <summary>The text is one expression and nothing else, so that its value keeps its kind.</summary>
    public Expression? Whole => _parts is [Expression only] ? only : null;

    /// <param name="longest">Characters of one expression; what planning wrote may be longer than what people may write.</param>
    public static Template Parse(string text, int longest = ExpressionParser.MaxLength)
    {
        var template = new Template();
        var literal = new StringBuilder();
        var at = 0;
        while (at < text.Length)
        {
            var next = text.IndexOf(Start, at, StringComparison.Ordinal);
            if (next < 0)
                break;
            if (next > at && text[next - 1] == '$')
            {
                literal.Append(text, at, next - 1 - at).Append(Start);
                at = next + Start.Length;
                continue;
            }
            literal.Append(text, at, next - at);
            var expression = ExpressionParser.ParseBraced(text, next + Start.Length, longest, out at, out var problem);
            if (expression is null)
                return new Template { Problem = problem };
            template.HasExpressions = true;
            template.Take(literal);
            template._parts.Add(expression);
        }
        literal.Append(text, at, text.Length - at);
        template.Take(literal);
        return template;
    }

    /// <summary>The text with everything put in that the scope knows; what it doesn't know stays an expression.</summary>
    public Template Reduce(Scope scope)
    {
        var reduced = new Template();
        var literal = new StringBuilder();
        foreach (var part in _parts)
        {
            switch (part is Expression expression ? expression.Reduce(scope) : part)
            {
                case string text:
                    literal.Append(text);
                    break;
                case Literal known when _parts.Count > 1:
                    literal.Append(known.Value.Text);
                    break;
                case Expression later:
                    reduced.HasExpressions |= later is not Literal;
                    reduced.Take(literal);
                    reduced._parts.Add(later);
                    break;
            }
        }
        reduced.Take(literal);
        return reduced;
    }

    /// <summary>Its value, when nothing is left to be worked out.</summary>
    public Value? Known => _parts switch
    {
        [] => Value.Of(""),
        [string text] => Value.Of(text),
        [Literal literal] => literal.Value,
        _ => null,
    };

    /// <summary>Written as a template again.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_parts[i] is Literal literal)
                text.Append(Escape(literal.Value.Text));
            else if (_parts[i] is Expression expression)
                text.Append(Start).Append(' ').Append(expression).Append(" }}");
            else if (Escape((string)_parts[i]) is var plain && plain.EndsWith('$') && i + 1 < _parts.Count)
                text.Append(plain, 0, plain.Length - 1).Append("${{ '$' }}"); // a '$' before '${{' would read as the escape
            else
                text.Append(plain);
        }
        return text.ToString();
    }

    /// <summary>The text of a template that stands for <paramref name="text"/>.</summary>
    public static string Escape(string text) => text.Replace(Start, "$" + Start, StringComparison.Ordinal);

    private void Take(StringBuilder literal)
    {
        if (literal.Length > 0)
            _parts.Add(literal.ToString());
        literal.Clear();
    }
}

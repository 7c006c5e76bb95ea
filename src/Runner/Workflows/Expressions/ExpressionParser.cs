using System.Globalization;

namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>
/// Reads one expression by recursive descent. From weak to strong: <c>||</c>, <c>&amp;&amp;</c>, comparisons (not chained), <c>!</c>.
/// It never throws on any input; length and depth are limited.
/// </summary>
internal ref struct ExpressionParser
{
    public const int MaxLength = 4096;
    public const int MaxDepth = 32;

    private Tokenizer _tokens;
    private Token _current;
    private string? _problem;
    private int _depth;

    private ExpressionParser(ReadOnlySpan<char> text, int start)
    {
        _tokens = new Tokenizer(text, start);
        _current = _tokens.Next();
    }

    /// <summary>Reads a whole text as one expression.</summary>
    public static Expression? Parse(string text, out string? problem, int longest = MaxLength)
    {
        if (text.Length > longest)
        {
            problem = $"an expression has at most {longest} characters";
            return null;
        }
        var parser = new ExpressionParser(text, 0);
        return parser.ReadAll(TokenKind.End, out problem, out _);
    }

    /// <summary>Reads the expression that starts at <paramref name="start"/>, up to its <c>}}</c>.</summary>
    /// <param name="end">Just after the braces.</param>
    public static Expression? ParseBraced(string text, int start, int longest, out int end, out string? problem)
    {
        var window = text.AsSpan(0, (int)Math.Min(text.Length, (long)start + longest));
        var parser = new ExpressionParser(window, start);
        var expression = parser.ReadAll(TokenKind.CloseBraces, out problem, out end);
        if (problem is not null && window.Length < text.Length && parser._current.End == window.Length)
            problem = $"an expression has at most {longest} characters";
        else if (problem is not null && parser._current.Kind == TokenKind.End)
            problem = "'${{' has no '}}'";
        return expression;
    }

    private Expression? ReadAll(TokenKind last, out string? problem, out int end)
    {
        var expression = ReadOr();
        if (_problem is null && _current.Kind != last)
            Fail($"{Describe(_current)} is not expected here");
        problem = _problem;
        end = _current.End;
        return _problem is null ? expression : null;
    }

    private Expression ReadOr()
    {
        var left = ReadAnd();
        while (TakeOperator("||"))
            left = new Binary("||", left, ReadAnd());
        return left;
    }

    private Expression ReadAnd()
    {
        var left = ReadComparison();
        while (TakeOperator("&&"))
            left = new Binary("&&", left, ReadComparison());
        return left;
    }

    private Expression ReadComparison()
    {
        var left = ReadUnary();
        if (_current is not { Kind: TokenKind.Operator, Text: "==" or "!=" or "<" or "<=" or ">" or ">=" })
            return left;
        var comparison = _current.Text;
        Advance();
        return new Binary(comparison, left, ReadUnary());
    }

    private Expression ReadUnary()
    {
        if (++_depth > MaxDepth)
            return Fail($"an expression is nested at most {MaxDepth} levels deep");
        var expression = TakeOperator("!") ? new Not(ReadUnary()) : ReadPrimary();
        _depth--;
        return expression;
    }

    private Expression ReadPrimary()
    {
        var token = _current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                Advance();
                return new Literal(Value.OfNumber(token.Text, double.Parse(token.Text, CultureInfo.InvariantCulture)));
            case TokenKind.Text:
                Advance();
                return new Literal(Value.Of(token.Text));
            case TokenKind.Name:
                Advance();
                return ReadNamed(token.Text);
            case TokenKind.Open:
                Advance();
                var inner = ReadOr();
                Expect(TokenKind.Close, "')'");
                return inner;
            default:
                return Fail(token.Kind is TokenKind.End or TokenKind.CloseBraces
                    ? "the expression ends where a value is expected"
                    : $"{Describe(token)} stands where a value is expected");
        }
    }

    private Expression ReadNamed(string name) => name switch
    {
        "true" => new Literal(Value.True),
        "false" => new Literal(Value.False),
        "null" => new Literal(Value.Null),
        _ when _current.Kind == TokenKind.Open => ReadCall(name),
        _ => ReadReference(name),
    };

    private Expression ReadCall(string name)
    {
        Advance();
        var arguments = new List<Expression>();
        while (_problem is null && _current.Kind != TokenKind.Close)
        {
            if (arguments.Count > 0)
                Expect(TokenKind.Comma, "',' or ')'");
            arguments.Add(ReadOr());
        }
        Expect(TokenKind.Close, "')'");
        if (!Function.All.TryGetValue(name, out var function))
            return Fail($"there is no function '{name}'" + (Suggestion.Hint(name, [.. Function.All.Keys]) is { } hint ? $" ({hint})" : ""));
        if (arguments.Count < function.MinArguments || arguments.Count > function.MaxArguments)
            return Fail(function.MinArguments == 0 ? $"{name}() takes nothing in its brackets" : $"{name}() takes {function.MinArguments} values, here are {arguments.Count}");
        return new Call(function, arguments);
    }

    private Expression ReadReference(string root)
    {
        var names = new List<string>();
        while (_problem is null)
        {
            if (_current.Kind == TokenKind.Dot)
            {
                _current = _tokens.NextSegment();
                if (_current.Kind != TokenKind.Name)
                    return Fail("a name is expected after '.'");
                names.Add(_current.Text);
                Advance();
            }
            else if (_current.Kind == TokenKind.OpenIndex)
            {
                Advance();
                ReadIndex(names);
            }
            else
            {
                break;
            }
        }
        return new Reference(root, [.. names]);
    }

    private void ReadIndex(List<string> names)
    {
        var index = _current;
        Advance();
        if (index.Kind == TokenKind.Text)
            names.Add(index.Text);
        else if (index.Kind == TokenKind.Number && names.Count > 0 && index.Text.All(char.IsAsciiDigit))
            names[^1] += $"[{index.Text}]";
        else
            Fail("in [ ] stands a quoted name, or the number of a matrix step's item");
        Expect(TokenKind.CloseIndex, "']'");
    }

    private bool TakeOperator(string text)
    {
        if (_problem is not null || _current.Kind != TokenKind.Operator || _current.Text != text)
            return false;
        Advance();
        return true;
    }

    private void Expect(TokenKind kind, string what)
    {
        if (_problem is not null)
            return;
        if (_current.Kind == kind)
            Advance();
        else
            Fail($"{what} is expected before {Describe(_current)}");
    }

    private void Advance()
    {
        if (_problem is null)
            _current = _tokens.Next();
    }

    private Literal Fail(string problem)
    {
        _problem ??= _current.Kind == TokenKind.Broken ? _current.Text : problem;
        return new Literal(Value.Null);
    }

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end",
        TokenKind.Text => $"the text '{token.Text}'",
        TokenKind.Broken => token.Text,
        _ => $"'{token.Text}'",
    };
}

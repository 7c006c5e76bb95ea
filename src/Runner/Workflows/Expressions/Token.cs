namespace Twinrunner.Runner.Workflows.Expressions;

internal enum TokenKind { End, Name, Number, Text, Dot, Comma, Open, Close, OpenIndex, CloseIndex, Operator, CloseBraces, Broken }

/// <param name="Text">As it is written; of a quoted text its content; of a broken token what is wrong.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End);

/// <summary>Cuts an expression into tokens. It never fails: what it can't read is a <see cref="TokenKind.Broken"/> token.</summary>
internal ref struct Tokenizer(ReadOnlySpan<char> text, int start)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at = start;

    public Token Next()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
            _at++;
        var start = _at;
        if (_at == _text.Length)
            return new(TokenKind.End, "the end", start, start);
        var c = _text[_at];
        if (char.IsAsciiLetter(c) || c == '_')
            return Take(TokenKind.Name, CountWhile(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'));
        if (char.IsAsciiDigit(c) || (c == '-' && _at + 1 < _text.Length && char.IsAsciiDigit(_text[_at + 1])))
            return TakeNumber();
        if (c == '\'' || c == '"')
            return TakeText(c);
        if (_text[_at..].StartsWith("}}"))
            return Take(TokenKind.CloseBraces, 2);
        foreach (var two in (ReadOnlySpan<string>)["==", "!=", "<=", ">=", "&&", "||"])
        {
            if (_text[_at..].StartsWith(two))
                return Take(TokenKind.Operator, 2);
        }
        return c switch
        {
            '.' => Take(TokenKind.Dot, 1),
            ',' => Take(TokenKind.Comma, 1),
            '(' => Take(TokenKind.Open, 1),
            ')' => Take(TokenKind.Close, 1),
            '[' => Take(TokenKind.OpenIndex, 1),
            ']' => Take(TokenKind.CloseIndex, 1),
            '<' or '>' or '!' => Take(TokenKind.Operator, 1),
            _ => Take(TokenKind.Broken, 1) with { Text = c == '=' ? "'=' alone means nothing, compare with '=='" : $"'{c}' means nothing in an expression" },
        };
    }

    /// <summary>After a dot, everything up to the next mark is a name: <c>ports.80</c>, <c>steps.2nd-try</c>.</summary>
    public Token NextSegment()
    {
        var length = CountWhile(static c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-');
        return length > 0 ? Take(TokenKind.Name, length) : Next();
    }

    private Token TakeNumber()
    {
        var length = 1;
        while (_at + length < _text.Length)
        {
            var c = _text[_at + length];
            var signOfExponent = c is '+' or '-' && _text[_at + length - 1] is 'e' or 'E';
            if (!char.IsAsciiLetterOrDigit(c) && c != '.' && !signOfExponent)
                break;
            length++;
        }
        var token = Take(TokenKind.Number, length);
        return Value.Of(token.Text).TryNumber(out _) ? token : token with { Kind = TokenKind.Broken, Text = $"'{token.Text}' is not a number" };
    }

    private Token TakeText(char quote)
    {
        var start = _at;
        var content = new System.Text.StringBuilder();
        for (_at++; _at < _text.Length; _at++)
        {
            if (_text[_at] != quote)
            {
                content.Append(_text[_at]);
            }
            else if (_at + 1 < _text.Length && _text[_at + 1] == quote)
            {
                content.Append(quote);
                _at++;
            }
            else
            {
                _at++;
                return new(TokenKind.Text, content.ToString(), start, _at);
            }
        }
        return new(TokenKind.Broken, $"the text that starts with {quote} has no end", start, _at);
    }

    private readonly int CountWhile(Func<char, bool> belongs)
    {
        var length = 0;
        while (_at + length < _text.Length && belongs(_text[_at + length]))
            length++;
        return length;
    }

    private Token Take(TokenKind kind, int length)
    {
        var start = _at;
        _at += length;
        return new(kind, _text[start.._at].ToString(), start, _at);
    }
}

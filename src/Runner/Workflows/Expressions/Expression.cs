using System.Text;

namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>A parsed expression. <see cref="ToString"/> writes it so that it parses to the same again.</summary>
internal abstract record Expression
{
    public abstract void Write(StringBuilder text);

    public sealed override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }
}

internal sealed record Literal(Value Value) : Expression
{
    public override void Write(StringBuilder text)
    {
        switch (Value.Kind)
        {
            case ValueKind.Null:
                text.Append("null");
                break;
            case ValueKind.Text:
                text.Append('\'').Append(Value.Text.Replace("'", "''")).Append('\'');
                break;
            case ValueKind.List:
                text.Append("list(");
                Join(text, Value.Items.Select(i => (Expression)new Literal(i)));
                text.Append(')');
                break;
            default:
                text.Append(Value.Text);
                break;
        }
    }

    internal static void Join(StringBuilder text, IEnumerable<Expression> parts)
    {
        var first = true;
        foreach (var part in parts)
        {
            if (!first)
                text.Append(", ");
            part.Write(text);
            first = false;
        }
    }
}

/// <summary><c>steps.load.outputs.rows</c>: a root and the names below it. An index of digits is part of the name before it: <c>simulate[3]</c>.</summary>
internal sealed record Reference(string Root, string[] Names) : Expression
{
    public override void Write(StringBuilder text)
    {
        text.Append(Root);
        foreach (var name in Names)
        {
            var (stem, index) = Split(name);
            if (stem.Length > 0 && stem.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
                text.Append('.').Append(stem).Append(index);
            else
                text.Append("['").Append(name.Replace("'", "''")).Append("']");
        }
    }

    private static (string Stem, string Index) Split(string name)
    {
        var open = name.EndsWith(']') ? name.LastIndexOf('[') : -1;
        return open > 0 && name.AsSpan(open + 1, name.Length - open - 2) is { Length: > 0 } digits && !digits.ContainsAnyExceptInRange('0', '9')
            ? (name[..open], name[open..])
            : (name, "");
    }

    public bool Equals(Reference? other) => other is not null && Root == other.Root && Names.SequenceEqual(other.Names);

    public override int GetHashCode() => HashCode.Combine(Root, Names.Length);
}

internal sealed record Not(Expression Operand) : Expression
{
    public override void Write(StringBuilder text)
    {
        text.Append('!');
        Binary.WriteOperand(text, Operand);
    }
}

internal sealed record Binary(string Operator, Expression Left, Expression Right) : Expression
{
    public override void Write(StringBuilder text)
    {
        WriteOperand(text, Left);
        text.Append(' ').Append(Operator).Append(' ');
        WriteOperand(text, Right);
    }

    internal static void WriteOperand(StringBuilder text, Expression operand)
    {
        if (operand is not Binary)
        {
            operand.Write(text);
            return;
        }
        text.Append('(');
        operand.Write(text);
        text.Append(')');
    }
}

internal sealed record Call(Function Function, IReadOnlyList<Expression> Arguments) : Expression
{
    public override void Write(StringBuilder text)
    {
        text.Append(Function.Name).Append('(');
        Literal.Join(text, Arguments);
        text.Append(')');
    }

    public bool Equals(Call? other) => other is not null && Function == other.Function && Arguments.SequenceEqual(other.Arguments);

    public override int GetHashCode() => HashCode.Combine(Function, Arguments.Count);
}

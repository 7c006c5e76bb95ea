namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>What names stand for at one moment: while checking, planning or running.</summary>
internal abstract class Scope
{
    private List<(string Message, string? Hint)> _problems = [];

    /// <summary>What was wrong with the names resolved since the last time.</summary>
    public IReadOnlyList<(string Message, string? Hint)> TakeProblems()
    {
        if (_problems.Count == 0)
            return [];
        var problems = _problems;
        _problems = [];
        return problems;
    }

    protected Expression Problem(string message, string? hint = null)
    {
        _problems.Add((message, hint));
        return new Literal(Value.Null);
    }

    /// <summary>A literal; or a reference, when the value is only known later.</summary>
    public abstract Expression Resolve(Reference reference);

    /// <summary>What a function that asks for the steps needed answers now; null: only known later.</summary>
    public virtual Value? Ask(Function function) => null;
}

internal static class Evaluation
{
    /// <summary>The expression with everything worked out that the scope knows: a <see cref="Literal"/> when that is all of it.</summary>
    public static Expression Reduce(this Expression expression, Scope scope) => expression switch
    {
        Reference reference => scope.Resolve(reference),
        Not not => not.Operand.Reduce(scope) is var operand && operand is Literal known
            ? new Literal(Value.Of(!known.Value.Holds))
            : new Not(operand),
        Binary { Operator: "&&" or "||" } binary => ReduceLogical(binary, scope),
        Binary binary => ReduceComparison(binary, scope),
        Call call => ReduceCall(call, scope),
        _ => expression,
    };

    /// <summary>Like in JavaScript, the operand that decides is the value: <c>parameters.title || 'untitled'</c>.</summary>
    private static Expression ReduceLogical(Binary binary, Scope scope)
    {
        var left = binary.Left.Reduce(scope);
        if (left is Literal known)
            return known.Value.Holds == (binary.Operator == "||") ? left : binary.Right.Reduce(scope);
        return new Binary(binary.Operator, left, binary.Right.Reduce(scope));
    }

    private static Expression ReduceComparison(Binary binary, Scope scope)
    {
        var left = binary.Left.Reduce(scope);
        var right = binary.Right.Reduce(scope);
        if (left is not Literal a || right is not Literal b)
            return new Binary(binary.Operator, left, right);
        var order = Value.Compare(a.Value, b.Value);
        return new Literal(Value.Of(binary.Operator switch
        {
            "==" => order == 0,
            "!=" => order != 0,
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        }));
    }

    private static Expression ReduceCall(Call call, Scope scope)
    {
        if (call.Function.Apply is null)
            return scope.Ask(call.Function) is { } answer ? new Literal(answer) : call;
        var arguments = call.Arguments.Select(a => a.Reduce(scope)).ToList();
        return arguments.All(a => a is Literal)
            ? new Literal(call.Function.Apply([.. arguments.Select(a => ((Literal)a).Value)]))
            : new Call(call.Function, arguments);
    }

    /// <summary>Every reference in it, also in the operands that are never looked at.</summary>
    public static IEnumerable<Reference> References(this Expression expression) => expression switch
    {
        Reference reference => [reference],
        Not not => not.Operand.References(),
        Binary binary => binary.Left.References().Concat(binary.Right.References()),
        Call call => call.Arguments.SelectMany(References),
        _ => [],
    };

    /// <summary>Whether it asks itself how the steps needed have ended, so that it also decides after a failure.</summary>
    public static bool AsksForStatus(this Expression expression) => expression switch
    {
        Not not => not.Operand.AsksForStatus(),
        Binary binary => binary.Left.AsksForStatus() || binary.Right.AsksForStatus(),
        Call call => call.Function.Apply is null || call.Arguments.Any(AsksForStatus),
        _ => false,
    };
}

using System.Globalization;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Expressions;

/// <summary>The scope of a step that is about to start: every name has its value now, or there is a problem.</summary>
internal sealed class StepsScope(RunTimeScope scope, ICollection<string> problems) : Scope
{
    public bool Succeeded => scope.Needs.Values.All(s => s.Status.IsSuccess() || s.Status == StepStatus.Ready);

    public override Value Ask(Function function) => Value.Of(
        function == Function.Always
        || (function == Function.Success && Succeeded)
        || (function == Function.Failure && scope.Needs.Values.Any(s => s.Status is StepStatus.Failed or StepStatus.Cancelled)));

    public override Expression Resolve(Reference reference) => new Literal(Find(reference));

    private Value Find(Reference reference)
    {
        if (reference is { Root: "execution", Names: ["id"] })
            return Value.Of(scope.Execution.ToString());
        if (reference is { Root: "execution", Names: ["title"] })
            return Value.Of(scope.Title);
        if (reference is not { Root: "steps", Names: [var name, ..] })
            return Missing($"'{reference}' has no value while a step runs");
        if (!scope.Needs.TryGetValue(name, out var step))
            return Missing($"'{reference}': step '{name}' is not one that this step needs");
        return reference.Names.Skip(1).ToArray() switch
        {
            ["status"] => Value.Of(step.Status.ToString()),
            ["exitCode"] => step.ExitCode is { } code ? Value.Of(code) : Value.Null,
            ["host"] => step.Host is { } host ? Value.Of(host) : Missing($"'{reference}': step '{name}' can't be reached, it does not serve"),
            ["ports", var port] => int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var inside) && step.Ports.TryGetValue(inside, out var outside)
                ? Value.Of(outside)
                : Missing($"'{reference}': step '{name}' does not serve on port {port}"),
            ["outputs", var key] => step.Outputs.TryGetValue(key, out var value)
                ? Value.Of(value)
                : Missing($"'{reference}': step '{name}' set no output value '{key}'"),
            _ => Missing($"'{reference}' is nothing that a step has"),
        };
    }

    private Value Missing(string problem)
    {
        problems.Add(char.ToUpperInvariant(problem[0]) + problem[1..] + ".");
        return Value.Null;
    }
}

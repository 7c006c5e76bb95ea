using Twinrunner.Runner.Workflows.Expressions;

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>The scope while a file is checked: it knows which names there are, and no values.</summary>
internal sealed class CheckScope(IReadOnlyCollection<string> parameters) : Scope
{
    private static readonly string[] StepFields = ["status", "exitCode", "outputs", "host", "ports"];
    private static readonly string[] Roots = ["parameters", "matrix", "steps", "execution"];

    /// <summary>The step that is read; null: outside of steps.</summary>
    public string? Step { get; init; }

    public IReadOnlyCollection<string> Matrix { get; init; } = [];

    /// <summary>The steps that this one needs.</summary>
    public IReadOnlyDictionary<string, NeededStep> Needs { get; init; } = new Dictionary<string, NeededStep>();

    public IReadOnlyCollection<string> AllSteps { get; init; } = [];

    public override Expression Resolve(Reference reference) => reference.Root switch
    {
        "parameters" => Named(reference, parameters, "parameter", "declare it under 'parameters' of the workflow"),
        "matrix" => Named(reference, Matrix, "variable of the matrix", Matrix.Count == 0 ? "only a step with 'matrix' has such variables" : null),
        "execution" => reference.Names is ["id"] or ["title"] ? reference : Problem($"'{reference}' is nothing that an execution has", "there are: execution.id, execution.title"),
        "steps" => OfStep(reference),
        _ => Problem($"'{reference.Root}' is no name that an expression knows", Suggestion.Hint(reference.Root, Roots) ?? "a text stands in quotes"),
    };

    private Expression Named(Reference reference, IReadOnlyCollection<string> names, string what, string? elseHint)
    {
        if (reference.Names is not [var name])
            return Problem($"'{reference}' needs one name after '{reference.Root}.'");
        return names.Contains(name) ? reference : Problem($"there is no {what} '{name}'", names.Count == 0 ? elseHint : Suggestion.Hint(name, names) ?? elseHint);
    }

    private Expression OfStep(Reference reference)
    {
        if (Step is null)
            return Problem($"'{reference}' is only known while steps run", "it can stand in the steps that need this one");
        if (reference.Names is not [var item, var field, .. var rest])
            return Problem($"'{reference}' names no value of a step", "write steps.NAME.outputs.KEY, .status, .exitCode, .host or .ports.80");
        var open = item.IndexOf('[');
        var name = open < 0 ? item : item[..open];
        if (!AllSteps.Contains(name))
            return Problem($"there is no step '{name}'", Suggestion.Hint(name, AllSteps));
        if (!Needs.TryGetValue(name, out var needed))
            return Problem($"'{reference}': step '{Step}' doesn't need step '{name}', so it may not have run", $"write 'needs: [{string.Join(", ", Needs.Keys.Append(name))}]'");
        if (needed.HasMatrix && open < 0 && !needed.OneItem)
            return Problem($"'{reference}': step '{name}' has a matrix, so there are several of it", $"say which item: steps.{name}[0].{string.Join('.', reference.Names.Skip(1))}");
        if (!needed.HasMatrix && open >= 0)
            return Problem($"'{reference}': step '{name}' has no matrix", $"leave out '{item[open..]}'");
        var fits = field switch
        {
            "outputs" => rest.Length == 1,
            "ports" => rest.Length == 1 && rest[0].All(char.IsAsciiDigit),
            "status" or "exitCode" or "host" => rest.Length == 0,
            _ => false,
        };
        return fits ? reference : Problem($"'{reference}' is nothing that a step has", Suggestion.Hint(field, StepFields));
    }
}

/// <param name="OneItem">Of its matrix exactly one item is needed: the one that is the same as the step's own.</param>
internal sealed record NeededStep(bool HasMatrix, bool OneItem);

using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>The scope while an execution is planned: parameters and the matrix have values, steps don't yet.</summary>
internal sealed class PlanScope(IReadOnlyDictionary<string, Value> parameters, string executionId) : Scope
{
    /// <summary>Known once the header is read.</summary>
    public string? Title { get; init; }

    public Matrix? Matrix { get; init; }

    /// <summary>Values of the matrix for this item.</summary>
    public IReadOnlyList<Value> Item { get; init; } = [];

    /// <summary>By the name of a step with a matrix: the stored name of its one item that this item needs.</summary>
    public IReadOnlyDictionary<string, string> SameItems { get; init; } = new Dictionary<string, string>();

    /// <summary>How many items each step with a matrix has.</summary>
    public IReadOnlyDictionary<string, int> ItemCounts { get; init; } = new Dictionary<string, int>();

    public override Expression Resolve(Reference reference)
    {
        switch (reference)
        {
            case { Root: "parameters", Names: [var name] } when parameters.TryGetValue(name, out var value):
                return new Literal(value);
            case { Root: "matrix", Names: [var name] } when Matrix is not null && IndexOf(name) is >= 0 and var index:
                return new Literal(Item[index]);
            case { Root: "execution", Names: ["id"] }:
                return new Literal(Value.Of(executionId));
            case { Root: "execution", Names: ["title"] } when Title is not null:
                return new Literal(Value.Of(Title));
            case { Root: "steps", Names: [var name, .. var rest] } when SameItems.TryGetValue(name, out var item):
                return new Reference("steps", [item, .. rest]);
            case { Root: "steps", Names: [var name, ..] } when name.EndsWith(']') && IsOutside(name, out var count):
                return Problem($"'{reference}': the matrix has {count} items, from 0 to {count - 1}");
            default:
                // What the check found wrong already has its fault; what it let through is known later.
                return reference;
        }
    }

    private int IndexOf(string variable)
    {
        for (var i = 0; i < Matrix!.Variables.Count; i++)
        {
            if (Matrix.Variables[i] == variable)
                return i;
        }
        return -1;
    }

    private bool IsOutside(string name, out int count)
    {
        var open = name.LastIndexOf('[');
        return ItemCounts.TryGetValue(name[..open], out count) && !(int.TryParse(name.AsSpan()[(open + 1)..^1], out var index) && index < count);
    }
}

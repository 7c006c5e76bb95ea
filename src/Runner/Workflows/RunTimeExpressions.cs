using Twinrunner.Runner.Workflows.Expressions;

namespace Twinrunner.Runner.Workflows;

/// <summary>Works out what planning left in a step's texts: <c>${{ steps.load.outputs.rows }}</c>.</summary>
public static class RunTimeExpressions
{
    /// <summary>The text with every expression's value put in, as it is, and <c>$${{</c> made <c>${{</c>.</summary>
    /// <param name="problems">Gets a sentence for every value that isn't there, such as an output that the step didn't set; its place stays empty.</param>
    public static string Expand(string text, RunTimeScope scope, ICollection<string> problems)
    {
        if (!text.Contains("${{", StringComparison.Ordinal))
            return text;
        var template = Template.Parse(text, int.MaxValue);
        if (template.Problem is { } problem)
        {
            problems.Add(Sentence(problem));
            return "";
        }
        return template.Reduce(new StepsScope(scope, problems)).Known?.Text ?? "";
    }

    /// <summary>
    /// Whether a step runs. Without a condition, and where the condition doesn't ask by <c>success()</c>, <c>failure()</c> or
    /// <c>always()</c> itself, all steps needed must have succeeded (or, for background steps, be ready).
    /// </summary>
    /// <param name="problems">As in <see cref="Expand"/>; with a problem the answer is no.</param>
    public static bool EvaluateCondition(string? when, RunTimeScope scope, ICollection<string> problems)
    {
        var steps = new StepsScope(scope, problems);
        if (when is null)
            return steps.Succeeded;
        if (ExpressionParser.Parse(when, out var problem, int.MaxValue) is not { } condition)
        {
            problems.Add(Sentence(problem!));
            return false;
        }
        if (!steps.Succeeded && !condition.AsksForStatus())
            return false;
        var before = problems.Count;
        return condition.Reduce(steps) is Literal { Value.Holds: true } && problems.Count == before;
    }

    private static string Sentence(string problem) => char.ToUpperInvariant(problem[0]) + problem[1..] + ".";
}

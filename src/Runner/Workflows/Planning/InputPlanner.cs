using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>
/// Which files a step takes. Files of steps needed come together in one folder, as ODTP has it; but those of a matrix's items,
/// which have the same names in all likelihood, each in a folder <c>simulate-3</c> of their own.
/// </summary>
internal static class InputPlanner
{
    /// <summary>ODTP's rule: everything that the steps needed left. What serves in the background has left nothing yet.</summary>
    public static IReadOnlyList<InputSpec> AllOf(PlanItem item) =>
        [.. Split(item, item.DependsOn.Where(d => !d.Background), [], [], "")];

    public static IReadOnlyList<InputSpec> Of(PlanItem item, IReadOnlyList<InputSettings> inputs, FaultList faults)
    {
        var specs = new List<InputSpec>();
        foreach (var input in inputs)
        {
            if (input.Text is { } text)
            {
                specs.Add(new([], [], [], input.To, text));
                continue;
            }
            var from = item.DependsOn.Where(d => input.From.Contains(d.Group.Step.Name)).ToList();
            if (from.Find(d => d.Background) is { } serving)
                faults.Add(input.Node, $"'{serving.Group.Step.Name}' still serves while this step runs, it has no outputs yet", "reach it at ${{ steps." + serving.Group.Step.Name + ".host }}");
            specs.AddRange(Split(item, from, input.Include, input.Exclude, input.To));
        }
        return specs;
    }

    private static IEnumerable<InputSpec> Split(PlanItem item, IEnumerable<PlanItem> from, IReadOnlyList<string> include, IReadOnlyList<string> exclude, string to)
    {
        var together = new List<Id<Step>>();
        var apart = new List<PlanItem>();
        foreach (var needed in from)
        {
            if (IsOneOfMany(item, needed))
                apart.Add(needed);
            else
                together.Add(needed.Id);
        }
        if (together.Count > 0)
            yield return new(together, include, exclude, to);
        foreach (var needed in apart)
        {
            var folder = $"{needed.Group.Step.Name}-{needed.Index}";
            yield return new([needed.Id], include, exclude, to.Length == 0 ? folder : $"{to}/{folder}");
        }
    }

    /// <summary>By the file alone, not by how many items there happen to be: a script that gathers finds the same folders always.</summary>
    private static bool IsOneOfMany(PlanItem item, PlanItem needed)
    {
        if (needed.Group.Matrix is not { } matrix)
            return false;
        var need = item.Group.Step.NeedList.First(n => n.Step == needed.Group.Step.Name);
        return !need.SameItem || matrix.Variables.Except(item.Group.Matrix?.Variables ?? [], StringComparer.Ordinal).Any();
    }
}

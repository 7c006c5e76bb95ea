using Twinrunner.Runner.Workflows.Reading;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Turns the needs between steps of the file into dependencies between items.</summary>
internal sealed class DependencyBuilder(PlanItems items, FaultList faults)
{
    private int _dependencies;

    /// <returns>False when there are more than an execution may have.</returns>
    public bool Build()
    {
        foreach (var group in items.Groups)
        {
            foreach (var need in group.Step.NeedList)
            {
                if (items.Find(need.Step) is { } needed && !(need.SameItem ? PairSame(group, needed, need) : PairAll(group, needed, need)))
                    return false;
            }
        }
        return true;
    }

    private bool PairAll(PlanGroup group, PlanGroup needed, Need need)
    {
        if (!Count(need, group.Items.Count, needed.Items.Count))
            return false;
        foreach (var item in group.Items)
        {
            foreach (var other in needed.Items)
                Connect(item, other);
        }
        return true;
    }

    private bool PairSame(PlanGroup group, PlanGroup needed, Need need)
    {
        var common = needed.Matrix!.Variables.Intersect(group.Matrix!.Variables, StringComparer.Ordinal).ToList();
        var partners = needed.Items.ToLookup(i => KeyOf(i, common), StringComparer.Ordinal);
        foreach (var item in group.Items)
        {
            var same = partners[KeyOf(item, common)].ToList();
            if (same.Count == 0)
            {
                faults.Add(need.Node, $"'{item.Name}' has no item of '{need.Step}' with the same {string.Join(", ", common)}", "give both matrices the same values, or leave out 'item: same'");
                continue;
            }
            if (!Count(need, 1, same.Count))
                return false;
            foreach (var other in same)
                Connect(item, other);
        }
        return true;
    }

    private static string KeyOf(PlanItem item, List<string> variables)
    {
        var matrix = item.Group.Matrix!;
        var values = variables.Select(v => matrix.Items[item.Index][matrix.Variables.ToList().IndexOf(v)].Text);
        return string.Join('\0', values);
    }

    private bool Count(Need need, int dependents, int each)
    {
        if (each > ExecutionPlanner.MaxNeeds)
        {
            faults.Add(need.Node, $"this needs {each:N0} steps at once, {ExecutionPlanner.MaxNeeds:N0} are allowed", "gather in two stages: a matrix of steps that each gather a part, then one that gathers those");
            return false;
        }
        if ((long)dependents * each > ExecutionPlanner.MaxDependencies - _dependencies)
        {
            faults.Add(need.Node, $"with this there are more than {ExecutionPlanner.MaxDependencies:N0} dependencies between steps", "use '{step: …, item: same}', or a step between that gathers all items");
            return false;
        }
        _dependencies += dependents * each;
        return true;
    }

    private static void Connect(PlanItem item, PlanItem needed)
    {
        item.DependsOn.Add(needed);
        needed.Dependents.Add(item);
    }
}

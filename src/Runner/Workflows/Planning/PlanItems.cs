using Twinrunner.Runner.Workflows.Expressions;
using Twinrunner.Runner.Workflows.Reading;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>A step that will be: one item of a matrix, or a step without one.</summary>
internal sealed class PlanItem(PlanGroup group, int index, Id<Step> id)
{
    public PlanGroup Group => group;
    public int Index => index;
    public Id<Step> Id => id;
    public string Name { get; } = group.Matrix is null ? group.Step.Name : $"{group.Step.Name}[{index}]";

    public List<PlanItem> DependsOn { get; } = [];
    public List<PlanItem> Dependents { get; } = [];

    // Set when the item has been read.
    public StepSettings Settings { get; set; } = new();
    public ComponentVersion? Version { get; set; }
    public IReadOnlyDictionary<string, System.Text.Json.JsonElement> Parameters { get; set; } = new Dictionary<string, System.Text.Json.JsonElement>();
    public IReadOnlyList<PortSpec> Ports { get; set; } = [];
    public bool Interactive { get; set; }
    public bool Background { get; set; }
}

/// <summary>A step of the file with its items.</summary>
internal sealed class PlanGroup(WorkflowStep step, Matrix? matrix)
{
    public WorkflowStep Step => step;
    public Matrix? Matrix => matrix;
    public List<PlanItem> Items { get; } = [];
}

/// <summary>All steps of a plan, in the order of the file.</summary>
internal sealed class PlanItems
{
    private readonly Dictionary<string, PlanGroup> _groups = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public List<PlanItem> All { get; } = [];
    public IReadOnlyCollection<PlanGroup> Groups => _groups.Values;

    /// <summary>Null: the step has a fault that keeps it out.</summary>
    public PlanGroup? Find(string step) => _groups.GetValueOrDefault(step);

    public void Add(WorkflowStep step, Matrix? matrix, Func<Id<Step>> newId)
    {
        var group = new PlanGroup(step, matrix);
        if (!_groups.TryAdd(step.Name, group))
            return;
        if (matrix is not null)
            _counts[step.Name] = matrix.Items.Count;
        for (var i = 0; i < (matrix?.Items.Count ?? 1); i++)
            group.Items.Add(new PlanItem(group, i, newId()));
        All.AddRange(group.Items);
    }

    public PlanScope ScopeOf(PlanItem item, IReadOnlyDictionary<string, Value> parameters, string executionId, string title) =>
        new(parameters, executionId)
        {
            Title = title,
            Matrix = item.Group.Matrix,
            Item = item.Group.Matrix?.Items[item.Index] ?? [],
            ItemCounts = _counts,
            SameItems = SameItemsOf(item),
        };

    private static Dictionary<string, string> SameItemsOf(PlanItem item)
    {
        var same = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var need in item.Group.Step.NeedList.Where(n => n.SameItem))
        {
            var partners = item.DependsOn.Where(d => d.Group.Step.Name == need.Step).Take(2).ToList();
            if (partners is [var only])
                same[need.Step] = only.Name;
        }
        return same;
    }
}

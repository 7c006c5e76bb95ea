namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>Tells of steps that may run at the same time and want the same port of the machine.</summary>
internal static class PortClashes
{
    public static void Tell(PlanItems items, FaultList faults)
    {
        var wanted = items.All
            .SelectMany(i => i.Ports.Where(p => p.Host is not null).Select(p => (Port: (p.Host!.Value, p.Protocol), Item: i)))
            .GroupBy(w => w.Port, w => w.Item);
        var order = new EndOrder(items);
        foreach (var port in wanted)
        {
            var groups = port.GroupBy(i => i.Group).ToList();
            foreach (var many in groups.Where(g => g.Skip(1).Any()))
                Add(many.First(), faults, $"every item of '{many.Key.Step.Name}' wants port {port.Key.Item1} of the machine", "leave out the machine's port to take any free one");
            for (var i = 0; i < groups.Count; i++)
            {
                for (var j = 0; j < i; j++)
                {
                    var (first, second) = (groups[j].Key, groups[i].Key);
                    if (!order.EndsBefore(first, second) && !order.EndsBefore(second, first))
                        Add(groups[i].First(), faults, $"'{second.Step.Name}' wants port {port.Key.Item1} of the machine, and so does '{first.Step.Name}', which may run at the same time", "take another port, or let one need the other");
                }
            }
        }
    }

    private static void Add(PlanItem item, FaultList faults, string message, string hint)
    {
        var reader = item.Group.Step.Reader;
        faults.Add(reader.Find("ports") ?? reader.Map, message, hint);
    }

    /// <summary>Which steps surely have ended before others start.</summary>
    private sealed class EndOrder(PlanItems items)
    {
        private readonly Dictionary<PlanGroup, HashSet<PlanGroup>> _needed = [];

        public bool EndsBefore(PlanGroup first, PlanGroup second) =>
            first != second && Needed(second).Contains(first) && !Serves(first)
            || (Serves(first) && ServersEnd(first, second));

        /// <summary>A serving step ends when its dependents have: before whatever needs all of them, if they don't serve themselves.</summary>
        private bool ServersEnd(PlanGroup server, PlanGroup second)
        {
            var dependents = items.Groups.Where(g => g.Step.Needs.Contains(server.Step.Name)).ToList();
            return dependents.Count > 0 && dependents.TrueForAll(d => d != second && !Serves(d) && Needed(second).Contains(d));
        }

        private static bool Serves(PlanGroup group) => group.Items[0].Background;

        private HashSet<PlanGroup> Needed(PlanGroup group)
        {
            if (_needed.TryGetValue(group, out var known))
                return known;
            var needed = new HashSet<PlanGroup>();
            var open = new Stack<PlanGroup>([group]);
            while (open.TryPop(out var next))
            {
                foreach (var name in next.Step.Needs)
                {
                    if (items.Find(name) is { } other && needed.Add(other))
                        open.Push(other);
                }
            }
            return _needed[group] = needed;
        }
    }
}

namespace Twinrunner.Runner.Workflows.Reading;

/// <summary>Finds the circles in the needs of steps. Works without recursion: a chain may be as long as the file.</summary>
internal static class NeedsGraph
{
    /// <summary>Each circle once, as the names along it; the first one is not repeated at the end.</summary>
    public static IEnumerable<IReadOnlyList<string>> Circles(IReadOnlyDictionary<string, IReadOnlyList<string>> needs)
    {
        var left = Unordered(needs);
        var walked = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in needs.Keys.Where(left.Contains))
        {
            // Every step that is left needs one that is left, so this walk ends on its own trail or on a former one.
            var trail = new List<string>();
            var places = new Dictionary<string, int>(StringComparer.Ordinal);
            var step = start;
            while (walked.Add(step))
            {
                places[step] = trail.Count;
                trail.Add(step);
                step = needs[step].First(left.Contains);
            }
            if (places.TryGetValue(step, out var first))
                yield return trail[first..];
        }
    }

    /// <summary>The steps that are in a circle or need one that is.</summary>
    private static HashSet<string> Unordered(IReadOnlyDictionary<string, IReadOnlyList<string>> needs)
    {
        var dependents = needs.SelectMany(n => n.Value.Select(need => (need, n.Key))).ToLookup(p => p.need, p => p.Key, StringComparer.Ordinal);
        var waiting = needs.ToDictionary(n => n.Key, n => n.Value.Count, StringComparer.Ordinal);
        var free = new Queue<string>(waiting.Where(w => w.Value == 0).Select(w => w.Key));
        var left = new HashSet<string>(needs.Keys, StringComparer.Ordinal);
        while (free.TryDequeue(out var step))
        {
            left.Remove(step);
            foreach (var dependent in dependents[step])
            {
                if (--waiting[dependent] == 0)
                    free.Enqueue(dependent);
            }
        }
        return left;
    }
}

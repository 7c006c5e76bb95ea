namespace Twinrunner.Runner.Workflows;

/// <summary>"Did you mean": the known word nearest to an unknown one.</summary>
public static class Suggestion
{
    private const int LongestWord = 64;
    private const int MostCandidates = 1000;

    /// <summary>The nearest candidate within a third of the word's length in edits, or null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
            return null;
        string? best = null;
        var allowed = Math.Max(1, word.Length / 3);
        foreach (var candidate in candidates.Take(MostCandidates))
        {
            if (candidate.Length > LongestWord || Math.Abs(candidate.Length - word.Length) > allowed)
                continue;
            var distance = Distance(word, candidate);
            if (distance > allowed || (best is not null && distance == allowed))
                continue;
            best = candidate;
            allowed = distance;
        }
        return best;
    }

    /// <summary>A hint for an unknown word: the nearest known one, else all of them when they are few.</summary>
    public static string? Hint(string word, IReadOnlyCollection<string> candidates)
    {
        if (Nearest(word, candidates) is { } nearest)
            return $"did you mean '{nearest}'?";
        return candidates.Count switch
        {
            0 => null,
            <= 12 => "there are: " + string.Join(", ", candidates),
            _ => null,
        };
    }

    /// <summary>Edits (insert, delete, replace, swap of two neighbours), case ignored.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[3][];
        for (var i = 0; i < 3; i++)
            rows[i] = new int[right.Length + 1];
        for (var j = 0; j <= right.Length; j++)
            rows[0][j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            var (row, above, twoAbove) = (rows[i % 3], rows[(i + 2) % 3], rows[(i + 1) % 3]);
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var cost = Same(left[i - 1], right[j - 1]) ? 0 : 1;
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, above[j] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                    row[j] = Math.Min(row[j], twoAbove[j - 2] + 1);
            }
        }
        return rows[left.Length % 3][right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}

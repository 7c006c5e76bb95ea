using System.Globalization;

namespace Twinrunner.Runner.Workflows.Planning;

/// <summary>
/// Orders names of versions as Semantic Versioning 2.0 does (section 11), leniently: a leading v, any count of numbers, and ODTP's
/// letters after the last number (<c>0.1.7b</c> comes after <c>0.1.7</c>). A name that is none of that comes first.
/// </summary>
internal sealed class SemanticOrder : IComparer<string>
{
    public static readonly SemanticOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        var (a, b) = (Parsed.Of(x ?? ""), Parsed.Of(y ?? ""));
        if (a.Numbers.Length == 0 || b.Numbers.Length == 0)
            return a.Numbers.Length == b.Numbers.Length ? string.CompareOrdinal(x, y) : a.Numbers.Length == 0 ? -1 : 1;
        for (var i = 0; i < Math.Max(a.Numbers.Length, b.Numbers.Length); i++)
        {
            var order = a.Numbers.ElementAtOrDefault(i).CompareTo(b.Numbers.ElementAtOrDefault(i));
            if (order != 0)
                return order;
        }
        if (a.Letters != b.Letters)
            return string.CompareOrdinal(a.Letters, b.Letters);
        if (a.Pre.Length == 0 || b.Pre.Length == 0)
            return b.Pre.Length.CompareTo(a.Pre.Length);
        return ComparePre(a.Pre, b.Pre);
    }

    /// <summary>A version that was released: numbers, and nothing after a dash.</summary>
    public static bool IsStable(string name) => Parsed.Of(name) is { Numbers.Length: > 0, Pre.Length: 0 };

    private static int ComparePre(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var leftIsNumber = ulong.TryParse(left[i], NumberStyles.None, CultureInfo.InvariantCulture, out var a);
            var rightIsNumber = ulong.TryParse(right[i], NumberStyles.None, CultureInfo.InvariantCulture, out var b);
            var order = leftIsNumber && rightIsNumber ? a.CompareTo(b)
                : leftIsNumber != rightIsNumber ? (leftIsNumber ? -1 : 1)
                : string.CompareOrdinal(left[i], right[i]);
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    private readonly record struct Parsed(ulong[] Numbers, string Letters, string[] Pre)
    {
        private static readonly Parsed None = new([], "", []);

        public static Parsed Of(string name)
        {
            var text = name.StartsWith('v') || name.StartsWith('V') ? name[1..] : name;
            text = text.Split('+')[0];
            var dash = text.IndexOf('-');
            var pre = dash < 0 ? [] : text[(dash + 1)..].Split('.');
            var core = dash < 0 ? text : text[..dash];
            var letters = core.Length - core.AsSpan().TrimEnd("abcdefghijklmnopqrstuvwxyz").Length;
            var parts = core[..^letters].Split('.');
            var numbers = new ulong[parts.Length];
            for (var i = 0; i < parts.Length; i++)
            {
                // A commit's digits are no number of a version.
                if (parts[i].Length > 10 || !ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                    return None;
            }
            return new(numbers, core[^letters..], pre);
        }
    }
}

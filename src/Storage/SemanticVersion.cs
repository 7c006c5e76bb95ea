using System.Globalization;
using System.Text.RegularExpressions;

namespace Twinrunner.Storage;

/// <summary>
/// Orders version names as people mean them: semantic versioning, and what is found beside it, a leading <c>v</c>, one to four
/// numbers, and a letter for a mended release (0.1.7 &lt; 0.1.7b). What is no version at all (a commit) comes before all others.
/// </summary>
public sealed partial class SemanticVersion : IComparable<SemanticVersion>
{
    private static readonly string[] PreReleaseWords = ["dev", "a", "alpha", "b", "beta", "m", "milestone", "pre", "preview", "c", "rc"];

    private readonly int[] _numbers;
    private readonly string _letter;
    private readonly string[] _preRelease;

    private SemanticVersion(int[] numbers, string letter, string[] preRelease)
    {
        _numbers = numbers;
        _letter = letter;
        _preRelease = preRelease;
    }

    /// <summary>Not a pre-release such as <c>2.0.0-rc.1</c>.</summary>
    public bool IsStable => _preRelease.Length == 0;

    /// <summary>Null: the name is no version.</summary>
    public static SemanticVersion? TryParse(string name)
    {
        var match = Form().Match(name);
        if (!match.Success || name.Length == 12 && name.All(char.IsAsciiHexDigitLower)) // a commit's first digits
            return null;
        var numbers = match.Groups["numbers"].Value.Split('.').Select(number => int.Parse(number, CultureInfo.InvariantCulture));
        var (letter, preRelease) = Suffix(match.Groups["word"].Value, match.Groups["count"].Value);
        var dotted = match.Groups["pre"].Value.Split('.', StringSplitOptions.RemoveEmptyEntries);
        return new([.. numbers], letter, [.. preRelease, .. dotted]);
    }

    /// <summary>Compares two names; equal ones are ordered by nothing.</summary>
    public static int Compare(string left, string right) => (TryParse(left), TryParse(right)) switch
    {
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        var (a, b) => a.CompareTo(b),
    };

    public int CompareTo(SemanticVersion? other)
    {
        if (other is null)
            return 1;
        for (var i = 0; i < Math.Max(_numbers.Length, other._numbers.Length); i++)
            if (_numbers.ElementAtOrDefault(i).CompareTo(other._numbers.ElementAtOrDefault(i)) is not 0 and var number)
                return number;
        if (string.CompareOrdinal(_letter, other._letter) is not 0 and var letter)
            return letter;
        return IsStable || other.IsStable ? IsStable.CompareTo(other.IsStable) : ComparePreReleases(_preRelease, other._preRelease);
    }

    /// <summary>Rule 11 of semantic versioning 2.0.0: numbers by value and below words, words by their letters, fewer parts first.</summary>
    private static int ComparePreReleases(string[] left, string[] right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
        {
            var order = (IsNumber(left[i], out var a), IsNumber(right[i], out var b)) switch
            {
                (true, true) => a.CompareTo(b),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(left[i], right[i]),
            };
            if (order != 0)
                return order;
        }
        return left.Length.CompareTo(right.Length);
    }

    /// <summary>A letter or word without a dash: one lone letter mends a release; <c>rc1</c>, <c>beta</c>, <c>a2</c> come before it.</summary>
    private static (string Letter, string[] PreRelease) Suffix(string word, string count)
    {
        word = word.ToLowerInvariant();
        if (word.Length == 0 || word.Length == 1 && count.Length == 0 || !PreReleaseWords.Contains(word))
            return (word + count, []);
        return ("", count.Length > 0 ? [word, count] : [word]);
    }

    private static bool IsNumber(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    [GeneratedRegex(@"^[vV]?(?<numbers>[0-9]{1,9}(?:\.[0-9]{1,9}){0,3})(?:[._]?(?<word>[A-Za-z]+)\.?(?<count>[0-9]{0,9}))?(?:-(?<pre>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Form();

    public override bool Equals(object? obj) => obj is SemanticVersion other && CompareTo(other) == 0;
    public override int GetHashCode() => HashCode.Combine(_numbers[0], _letter, _preRelease.Length);
    public static bool operator ==(SemanticVersion? left, SemanticVersion? right) => left is null ? right is null : left.Equals(right);
    public static bool operator !=(SemanticVersion? left, SemanticVersion? right) => !(left == right);
    public static bool operator <(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) < 0;
    public static bool operator >(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) > 0;
    public static bool operator <=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) <= 0;
    public static bool operator >=(SemanticVersion left, SemanticVersion right) => left.CompareTo(right) >= 0;
}

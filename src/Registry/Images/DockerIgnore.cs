using System.Text;
using System.Text.RegularExpressions;

namespace Twinrunner.Registry.Images;

/// <summary>
/// The rules of a <c>.dockerignore</c> (Docker's reference for it): patterns against whole paths, <c>**</c> for any folders, a pattern that
/// matches a folder takes what is below it, <c>!</c> brings back, the last rule that matches counts.
/// </summary>
internal sealed class DockerIgnore
{
    public const string FileName = ".dockerignore";

    private const int MaxRules = 1_000;

    private readonly List<(Regex Pattern, bool Excludes)> _rules;

    private DockerIgnore(List<(Regex, bool)> rules) => _rules = rules;

    public static DockerIgnore Parse(string text)
    {
        List<(Regex, bool)> rules = [];
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Take(MaxRules))
        {
            var excludes = line[0] != '!';
            var pattern = Clean(excludes ? line : line[1..].Trim());
            if (pattern.Length > 0)
                rules.Add((ToRegex(pattern), excludes));
        }
        return new(rules);
    }

    /// <summary>The Dockerfile and the rules themselves always go to the engine.</summary>
    public bool Excludes(string path)
    {
        if (path is "Dockerfile" or FileName)
            return false;
        var excluded = false;
        foreach (var (pattern, excludes) in _rules)
            if (excluded != excludes && pattern.IsMatch(path))
                excluded = excludes;
        return excluded;
    }

    private static string Clean(string pattern)
    {
        List<string> parts = [];
        foreach (var part in pattern.Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        return string.Join('/', parts);
    }

    /// <summary>Ends in "or anything below it". Doesn't backtrack, so a hostile pattern costs no more than its length.</summary>
    private static Regex ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith("**/"))
            {
                regex.Append("(?:.*/)?");
                i += 2;
            }
            else if (rest.StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else if (pattern[i] == '[' && rest.IndexOf(']') is > 1 and var end)
            {
                var set = rest[1..end].ToString().Replace("\\", "\\\\", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
                regex.Append('[').Append(set).Append(']');
                i += end;
            }
            else if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                regex.Append(Regex.Escape(pattern[++i].ToString()));
            }
            else
            {
                regex.Append(pattern[i] switch { '*' => "[^/]*", '?' => "[^/]", var c => Regex.Escape(c.ToString()) });
            }
        }
        try
        {
            return new(regex + "(?:/.*)?$", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException)
        {
            return new("^" + Regex.Escape(pattern) + "(?:/.*)?$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
    }
}
